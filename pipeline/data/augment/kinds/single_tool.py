"""One tool, called as the query needs it."""

from ..example import Ask, Code, Draft
from ..kind import Kind
from ..scene import Scene

TYPECHECK = ("Does {path} pass the type checker?", "Type check {path}.")


def _typecheck(scene: Scene) -> Draft:
    path = scene.place_to_check()
    code = f'result = typecheck("{path}")\nprint(f"{{result.error_count}} errors")'
    return Ask(scene.say(TYPECHECK, path=path)), Code(code)


KINDS = (Kind("typecheck", "single_tool", _typecheck, ("typecheck",)),)
