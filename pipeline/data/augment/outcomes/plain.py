"""What the plain tools return in a scene: what files hold and commands print."""

from typing import TYPE_CHECKING

from .request import Request

if TYPE_CHECKING:
    from ..scene import Scene


def _settings(scene: "Scene", form: str) -> str:
    return "\n".join(scene.fill(form) for _ in range(scene.number(2, 5))) + "\n"


_FORMS = {
    "yaml": "{variable}:\n  {noun}: {number}\n  {other_noun}: {word}",
    "yml": "{variable}: {number}\n{word}: {adjective}",
    "toml": '{variable} = {number}\n{noun} = "{word}"',
    "ini": "[{word}]\n{variable} = {number}",
    "cfg": "[{word}]\n{variable} = {adjective}",
    "env": "{constant}={number}",
    "csv": "{noun},{number},{other_number},{date}",
    "sql": "SELECT {noun} FROM {plural} WHERE {variable} > {number};",
    "txt": "{library}=={version}",
    "sh": "echo '{verb} the {noun}'\n{word} --{noun} {number}",
    "json": "",
    "xml": "<{noun} {variable}='{number}'/>",
    "md": "## {verb} the {noun}\n\nEvery {noun} has {number} {plural}.\n",
    "rst": "The {noun}\n----------\n\nA {noun} is {adjective} when the {word} {role} says so.\n",
    "py": "def {function}({variable}: {type}) -> {other_type}:\n"
    '    """{verb} the {adjective} {noun}."""\n    return {other_function}({variable})\n\n',
}


def file_text(scene: "Scene", path: str) -> str:
    """Return what the file at a path holds."""
    ending = path.rsplit(".", 1)[-1]
    if ending == "json":
        return scene.fill('{{\n  "{variable}": {number},\n  "{noun}": "{word}"\n}}\n')
    return _settings(scene, _FORMS.get(ending, "{word} = {number}"))


def command_output(scene: "Scene", command: str) -> str:
    """Return what a shell command prints."""
    program = command.split()[0]
    lines = (
        "{verb} {plural}: done",
        "[{number}/40] {verb} {noun}",
        "{word}: {number} {plural} in {other_number} s",
        "warning: {variable} is deprecated, use {other_variable}",
        "{date} {role} is {adjective}",
    )
    made = [scene.say(lines) for _ in range(scene.number(1, 3))]
    if program == "pip":
        made = [scene.fill("Successfully installed {library}-{version}")]
    elif program == "docker":
        made.append(scene.fill("Container {noun}-1  Started"))
    elif program == "make":
        made.insert(0, scene.fill("python -m {word} --{noun}"))
    return "\n".join(made) + "\n"


def read_file(scene: "Scene", request: Request) -> str:
    """Return what read_file returns."""
    return "" if request.mood == "clean" else file_text(scene, request.text("path"))


def write_file(_scene: "Scene", request: Request) -> str:
    """Return what write_file returns."""
    return f"Wrote {len(request.text('content'))} characters to {request.text('path')}"


def run_command(scene: "Scene", request: Request) -> str:
    """Return what run_command returns."""
    return "" if request.mood == "clean" else command_output(scene, request.text("command"))
