"""Scenes: invented Python projects, one for each example, with names and results to speak of."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from fixtures import Result

from . import outcomes
from .vocabulary import vocabulary

Item = TypeVar("Item")

TYPES = (
    *("int", "str", "float", "bool", "bytes", "Decimal", "Path", "date", "datetime", "UUID"),
    *("list[str]", "list[int]", "dict[str, int]", "set[str]", "tuple[int, ...]", "Iterator[str]"),
)
FIRST_DAY = date(2023, 1, 9)


class Place(NamedTuple):
    """A position in a file and the symbol that stands there."""

    path: str
    line: int
    column: int
    symbol: str

    @property
    def code(self) -> str:
        """The arguments of a language server tool, as code."""
        return f'"{self.path}", {self.line}, {self.column}, "{self.symbol}"'


class _Filling(Mapping[str, object]):
    """What a template is filled with: what is given, else what the scene makes up."""

    def __init__(self, scene: "Scene", given: Mapping[str, object]) -> None:
        self.scene = scene
        self.made = dict(given)

    def __getitem__(self, name: str) -> object:
        if name not in self.made:
            self.made[name] = getattr(self.scene, name.removeprefix("other_"))()
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)


class Scene:
    """An invented project: its folders stay the same, its files and symbols are made up anew.

    Two scenes made with the same state of random numbers say the same.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        words = vocabulary()
        self.words = words
        self._folders = [self._new_folder() for _ in range(random.choice((1, 2, 2, 3)))]
        self._authors = [self._new_author() for _ in range(4)]
        self._today = FIRST_DAY + timedelta(days=random.randrange(1200))
        self._test_root = random.choice(("tests", "tests", "tests", "test", "tests/unit"))

    # Choosing

    def pick(self, choices: Sequence[Item]) -> Item:
        """Return one of the choices."""
        return choices[int(self.random.random() * len(choices))]

    def some(self, choices: Sequence[Item], count: int) -> list[Item]:
        """Return so many different ones of the choices, in random order."""
        return self.random.sample(choices, count)

    def chance(self, share: float) -> bool:
        """Return True this share of the time."""
        return self.random.random() < share

    def number(self, low: int = 2, high: int = 40) -> int:
        """Return a whole number between two, both included."""
        return self.random.randint(low, high)

    def fill(self, template: str, **given: object) -> str:
        """Return a template with its {names} filled: by what is given, else made up here.

        A name is any of the methods without parameters; {other_name} is one more of it.
        """
        return template.format_map(_Filling(self, given))

    def say(self, templates: Sequence[str], **given: object) -> str:
        """Return one of the templates, filled."""
        return self.fill(self.pick(templates), **given)

    # Words

    def noun(self) -> str:
        """Return a noun."""
        return self.pick(self.words.nouns)

    def plural(self) -> str:
        """Return a noun in the plural."""
        noun = self.noun()
        if noun.endswith(("s", "x", "ch", "sh", "tch")):
            return noun + "es"
        if noun.endswith("y") and noun[-2] not in "aeiou":
            return noun[:-1] + "ies"
        return {"leaf": "leaves", "shelf": "shelves", "person": "people"}.get(noun, noun + "s")

    def verb(self) -> str:
        """Return a verb in its plain form."""
        return self.pick(self.words.verbs)

    def adjective(self) -> str:
        """Return an adjective."""
        return self.pick(self.words.adjectives)

    def word(self) -> str:
        """Return a word that a module or package may be called."""
        return self.pick(self.pick((self.words.modules, self.words.nouns, self.words.packages)))

    def role(self) -> str:
        """Return what a class is for, as one small word."""
        return self.pick(self.words.class_roles).lower()

    def library(self) -> str:
        """Return the name of a public Python package."""
        return self.pick(self.words.libraries)

    def type(self) -> str:
        """Return a type as it stands in an annotation."""
        return self.pick(TYPES)

    def version(self) -> str:
        """Return a version number."""
        return ".".join(str(self.number(0, 9)) for _ in range(self.pick((2, 3, 3))))

    # Symbols

    def function(self) -> str:
        """Return the name of a function or method."""
        words = self.words
        shape = self.random.random()
        verb, noun = self.verb(), self.noun()
        if shape < 0.5:
            return f"{verb}_{noun}"
        if shape < 0.66:
            return f"{verb}_{self.adjective()}_{noun}"
        if shape < 0.76:
            return f"_{verb}_{noun}"
        if shape < 0.82:
            return f"{noun}_{self.pick(('from', 'to', 'of', 'for', 'by'))}_{self.noun()}"
        if shape < 0.87:
            return f"is_{self.adjective()}_{noun}"
        if shape < 0.92:
            return verb
        if shape < 0.95:
            return f"{verb}{noun.title()}"
        return self.pick(words.odd_functions)

    def class_name(self) -> str:
        """Return the name of a class."""
        shape = self.random.random()
        noun, role = self.noun().title(), self.pick(self.words.class_roles)
        if shape < 0.45:
            return noun + role
        if shape < 0.65:
            return self.adjective().title() + noun + role
        if shape < 0.8:
            return self.adjective().title() + noun
        if shape < 0.88:
            return self.verb().title() + noun + "Error"
        if shape < 0.93:
            return noun + self.noun().title() + role
        if shape < 0.96:
            return "_" + noun + role
        return self.pick(self.words.odd_classes)

    def constant(self) -> str:
        """Return the name of a constant."""
        first = self.pick((self.adjective(), self.noun(), self.verb(), "max", "min", "default"))
        return f"{first}_{self.noun()}".upper()

    def variable(self) -> str:
        """Return the name of a variable, argument or attribute."""
        shape = self.random.random()
        if shape < 0.3:
            return self.noun()
        if shape < 0.5:
            return self.plural()
        if shape < 0.75:
            return f"{self.adjective()}_{self.noun()}"
        return f"{self.noun()}_{self.pick((self.noun(), 'id', 'count', 'by_name', 'at', 'map'))}"

    def symbol(self) -> str:
        """Return the name of anything that code can define."""
        makers = (self.function, self.function, self.class_name, self.class_name, self.variable)
        return self.pick((*makers, self.constant))()

    # Places

    def _new_folder(self) -> str:
        words = self.words
        root, package = self.pick(words.roots), self.pick(words.packages)
        shape = self.random.random()
        if shape < 0.5:
            return f"{root}/{package}"
        if shape < 0.68:
            return f"{root}/{package}/{self.pick(words.modules)}"
        if shape < 0.78:
            return package
        if shape < 0.86:
            return f"{root}/{package}_{self.noun()}"
        if shape < 0.92:
            return f"{package}/{self.pick(words.modules)}"
        if shape < 0.96:
            return f"{root}/{package}/{self.pick(words.modules)}/{self.noun()}"
        return f"{self.pick(('packages', 'services', 'apps'))}/{package}-{self.noun()}/src"

    def folder(self) -> str:
        """Return a folder with code of the project."""
        return self.pick(self._folders)

    def module(self) -> str:
        """Return the name of a module, without its ending."""
        words = self.words
        shape = self.random.random()
        if shape < 0.55:
            return self.pick(words.modules)
        if shape < 0.8:
            return f"{self.noun()}_{self.pick(words.modules)}"
        if shape < 0.88:
            return f"{self.verb()}_{self.noun()}"
        if shape < 0.92:
            return f"_{self.pick(words.modules)}"
        if shape < 0.95:
            return f"{self.pick(words.modules)}_v{self.number(2, 4)}"
        return self.pick(
            ("__init__", "__main__", f"step_{self.number(10, 40)}", "conftest", "setup")
        )

    def path(self) -> str:
        """Return the path of a Python file."""
        folder = self.folder()
        if self.chance(0.15):
            folder += "/" + self.pick(self.words.modules)
        if self.chance(0.012):
            folder = f"{self.pick(self.words.spaced_folders)}/{self.noun()}"
        return f"{folder}/{self.module()}.py"

    def paths(self, count: int) -> list[str]:
        """Return so many different paths of Python files."""
        found: dict[str, None] = {}
        while len(found) < count:
            found.setdefault(self.path())
        return list(found)

    def test_folder(self) -> str:
        """Return a folder with tests."""
        if self.chance(0.12):
            return self._test_root
        part = self.folder().split("/")[-1] if self.chance(0.6) else self.noun()
        return f"{self._test_root}/{part}"

    def test_path(self) -> str:
        """Return the path of a file with tests."""
        return f"{self.test_folder()}/test_{self.module().strip('_')}.py"

    def tests(self) -> str:
        """Return a file or folder with tests."""
        return self.test_path() if self.chance(0.55) else self.test_folder()

    def place_to_check(self) -> str:
        """Return a file or folder with code."""
        return self.path() if self.chance(0.6) else self.folder()

    def document(self) -> str:
        """Return the path of a file for people to read."""
        name, ending = self.pick(self.words.documents), self.pick(("md", "md", "md", "rst", "txt"))
        if self.chance(0.05):
            return f"docs/{self.pick(self.words.spaced_folders)}/{name}.{ending}"
        if self.chance(0.3):
            return f"{name}.{ending}"
        folder = self.pick(("docs", "docs", f"docs/{self.word()}", "notes", "doc", "manual"))
        return f"{folder}/{self.word()}-{self.noun()}.{ending}"

    def config(self) -> str:
        """Return the path of a file that configures something, or holds data."""
        if self.chance(0.25):
            return self.pick(self.words.configs)
        folder = self.pick(self.words.config_folders)
        return f"{folder}/{self.word()}.{self.pick(self.words.data_endings)}"

    def report(self) -> str:
        """Return the path of a text file to write results to."""
        folder = self.pick(("reports", "build", "out", "docs", "notes", "tmp", "logs", "artifacts"))
        name = self.pick((self.noun(), f"{self.noun()}_{self.noun()}", f"{self.word()}-summary"))
        return f"{folder}/{name}.{self.pick(('txt', 'txt', 'md', 'md', 'log', 'csv'))}"

    def script(self) -> str:
        """Return the path of a script."""
        folder = self.pick(("scripts", "scripts", "bin", "ops", "tools", "ci"))
        return f"{folder}/{self.pick(self.words.scripts)}.{self.pick(('sh', 'sh', 'py'))}"

    def command(self) -> str:
        """Return a shell command that no typed tool stands for."""
        words = self.words
        script = self.script()
        runner = "python" if script.endswith(".py") else "bash"
        return self.pick(
            (
                f"make {self.pick(words.targets)}",
                f"make {self.pick(words.targets)}",
                f"make -C {self.folder()} {self.pick(words.targets)}",
                f"{runner} {script}",
                f"{runner} {script} --dry-run",
                f"{runner} {script} --{self.noun()} {self.number()}",
                f"pip install {self.library()}",
                f"pip show {self.library()}",
                f"pip install -e .[{self.noun()}]",
                f"docker compose up -d {self.pick(words.services)}",
                f"docker compose logs {self.pick(words.services)}",
                f"docker build -t {self.noun()}:{self.version()} .",
                f"npm run {self.pick(words.targets)}",
                f"uv sync --extra {self.noun()}",
                f"alembic upgrade {self.pick(('head', 'head', '+1'))}",
                f"du -sh {self.folder()}",
                f"ls -la {self.folder()}",
                f"wc -l {self.path()}",
                f"python -m build --outdir {self.noun()}",
                f"systemctl status {self.pick(words.services)}",
                f"tox -e {self.pick(words.targets)}",
                f"python -m {self.pick(words.packages)} --{self.noun()}",
                "python --version",
                f"df -h /var/{self.noun()}",
                f"tar czf {self.noun()}.tar.gz {self.folder()}",
            )
        )

    def line(self) -> int:
        """Return the number of a line."""
        return self.number(1, self.pick((30, 120, 120, 400, 1600)))

    def column(self) -> int:
        """Return the number of a column."""
        return self.number(1, self.pick((9, 24, 24, 48, 79)))

    def place(self, symbol: str | None = None, path: str | None = None) -> Place:
        """Return a position of a symbol in a Python file."""
        return Place(path or self.path(), self.line(), self.column(), symbol or self.symbol())

    # History

    def _new_author(self) -> str:
        return f"{self.pick(self.words.first_names)} {self.pick(self.words.last_names)}"

    def author(self) -> str:
        """Return the name of one who works on the project."""
        return self.pick(self._authors)

    def date(self) -> str:
        """Return a day in the past, as 2024-05-17."""
        return (self._today - timedelta(days=self.number(0, 90))).isoformat()

    def dates(self, count: int) -> list[str]:
        """Return so many days, the latest first."""
        return sorted((self.date() for _ in range(count)), reverse=True)

    def hash(self) -> str:
        """Return the short hash of a commit."""
        return f"{self.random.getrandbits(28):07x}"

    def branch(self) -> str:
        """Return the name of a branch."""
        if self.chance(0.4):
            return self.pick(self.words.branches)
        kind = self.pick(("feature", "fix", "chore"))
        return f"{kind}/{self.verb()}-{self.noun()}"

    def commit_message(self) -> str:
        """Return the message of a commit."""
        return self.fill(outcomes.message(self, "commit"))

    # Results

    def result(
        self,
        tool: str,
        /,
        *arguments: object,
        mood: outcomes.Mood = "filled",
        size: int | None = None,
        **named: object,
    ) -> Result | str:
        """Return what a tool might return for its arguments; counts and lists agree.

        `mood` says whether there is something to report ("filled": findings, failures, changes) or
        nothing ("clean"); `size` how many elements the list of a filled result has.
        """
        return outcomes.outcome(self, tool, arguments, named, mood, size)
