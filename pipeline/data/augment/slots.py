"""What the $names in sentences and code stand for: one value for both."""

from collections.abc import Iterator, Mapping

from .scene import Scene
from .vocabulary import complaints

AT = (
    "in $path at line $line, column $column",
    "in $path, line $line, column $column",
    "at line $line, column $column of $path",
    "at line $line, column $column in $path",
    "at $path:$line:$column",
    "in $path (line $line, column $column)",
    "in $path at $line:$column",
    "on line $line, column $column, of $path",
    "at row $line, column $column of $path",
    "at $line:$column of $path",
    "in $path on line $line at column $column",
    "in $path, line $line col $column",
)
SPOT = (
    "$path:$line:$column",
    "$path:$line:$column",
    "line $line, column $column of $path",
    "$path, line $line, column $column",
    "$path line $line column $column",
    "$path at $line:$column",
)
STATES = ("modified", "added", "deleted", "untracked", "renamed")


class _Changed(Mapping[str, object]):
    def __init__(self, values: Mapping[str, object], changed: Mapping[str, object]) -> None:
        self.values_below = values
        self.changed = changed

    def __getitem__(self, name: str) -> object:
        return self.changed[name] if name in self.changed else self.values_below[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.changed, **self.values_below})

    def __len__(self) -> int:
        return len({**self.changed, **self.values_below})


class Slots(Mapping[str, object]):
    """Values by name, made up by the scene when they are first asked for.

    What is given goes before; other names are made here or by the method of the scene. A name
    with a number behind it (`path2`) is one more of its kind.
    """

    def __init__(self, scene: Scene, subject: str, given: Mapping[str, object]) -> None:
        self.scene = scene
        self.subject = subject
        self.made: dict[str, object] = dict(given)

    def __getitem__(self, name: str) -> object:
        if name not in self.made:
            maker = getattr(self, f"_{name.rstrip('23')}", None)
            kind = name.rstrip("23")
            self.made[name] = maker() if maker else getattr(self.scene, kind)()
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    def over(self, **changed: object) -> "Mapping[str, object]":
        """Return these values, those that are yet to be made included, with some changed."""
        return _Changed(self, changed)

    # What a path is depends on what it is for.

    def _path(self) -> str:
        scene = self.scene
        match self.subject:
            case "code":
                return scene.place_to_check()
            case "folder":
                return scene.folder()
            case "text":
                maker = scene.pick((scene.config, scene.document, scene.path, scene.script))
                return maker()
            case "report":
                return scene.pick((scene.report, scene.document, scene.config))()
            case "tree":
                self["within"]
                return str(self.made["path"])
            case _:
                return scene.path()

    def _within(self) -> str:
        scene = self.scene
        if "path" in self.made:
            return f" in {self.made['path']}"
        if scene.chance(0.74):
            self.made["path"] = "."
            return "" if scene.chance(0.85) else scene.pick((" in this repository", " here"))
        path = scene.path() if scene.chance(0.12) else scene.folder()
        self.made["path"] = path
        between = (" in ",) if path.endswith(".py") else (" in ", " under ", " below ")
        return scene.pick(between) + path

    # Symbols and where they stand

    def _thing(self) -> str:
        symbol = str(self["symbol"])
        bare = symbol.strip("_")
        if bare.isupper():
            kind = "constant"
        elif bare[:1].isupper():
            kind = "class"
        elif "_" in bare:
            kind = "function"
        else:
            kind = "name"
        forms = (symbol, symbol, symbol, f"`{symbol}`", f"the {kind} {symbol}")
        return self.scene.pick(forms)

    def _at(self) -> str:
        return self._spoken(AT)

    def _spot(self) -> str:
        return self._spoken(SPOT)

    def _spoken(self, forms: tuple[str, ...]) -> str:
        form = self.scene.pick(forms)
        for name in ("path", "line", "column"):
            form = form.replace(f"${name}", str(self[name]))
        return form

    def _script(self) -> str:
        folder = self.scene.pick(("scripts", "bin", "ops", "ci"))
        return f"{folder}/{self.scene.pick(self.scene.words.scripts)}.sh"

    def _query(self) -> str:
        scene = self.scene
        maker = scene.pick(
            (scene.class_name, scene.class_name, scene.function, scene.constant, scene.role)
        )
        found = maker()
        return found.title() if maker == scene.role else found.strip("_")

    # Amounts and words

    def _count(self) -> int:
        return self.scene.pick((2, 3, 3, 4, 5, 5, 6, 7, 8, 10, 12, 15, 18, 20, 25, 30, 50))

    def _few(self) -> int:
        return self.scene.pick((2, 3, 3, 4, 5, 10))

    def _many(self) -> int:
        return self.scene.pick((50, 60, 80, 100, 100, 200, 500))

    def _state(self) -> str:
        return self.scene.pick(STATES)

    def _rule(self) -> str:
        return self.scene.pick(complaints().lint).code

    def _family(self) -> str:
        return str(self["rule"]).rstrip("0123456789")

    def _typerule(self) -> str:
        return self.scene.pick(complaints().type).code

    def _file(self) -> str:
        return self.scene.path()

    def _content(self) -> str:
        forms = (
            "{noun}: {number}",
            "# {word} {noun}",
            "{variable} = {number}",
            "{verb} the {adjective} {noun}",
            "TODO: {verb} {plural}",
            "{version}",
            "Every {noun} has a {adjective} {other_noun}.",
            "- {verb} the {noun} before the {other_noun}",
            "{library}=={version}",
            "Decided on {date}: no {adjective} {plural}",
            "{constant}={number}",
        )
        return self.scene.say(forms)
