"""What the functions and methods that Python brings along make of containers and results."""

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from .values import UNKNOWN, Getter, Items, Keyed, Library, Partial, Parts, Shared, Value

if TYPE_CHECKING:
    from .calls import Calls


class Arguments(NamedTuple):
    """The arguments of a call and its place; not `exact` where `*` or `**` brings more of them."""

    values: tuple[Value, ...]
    names: dict[str, Value]
    node: ast.Call
    exact: bool = True

    @property
    def first(self) -> Value:
        """The first argument."""
        return self.values[0] if self.values else UNKNOWN


LibraryFunction = Callable[["Calls", Arguments], Value]
Method = Callable[["Calls", Value, Arguments], Value]


def _one(atom: Items | Parts | Shared | Getter | Partial) -> Value:
    return frozenset({atom})


def _container(
    calls: "Calls", given: Arguments, elements: Value, *, mapping: bool = False
) -> Value:
    made = Shared(given.node, mapping)
    calls.inside[made] = calls.inside.get(made, UNKNOWN) | elements
    return frozenset({made})


def _list(calls: "Calls", given: Arguments) -> Value:
    elements = calls.elements(given.first)
    calls.apply(given.names.get("key", UNKNOWN), [elements], given.node)
    return _container(calls, given, elements)


def _same_container(calls: "Calls", given: Arguments) -> Value:
    written = frozenset(atom for atom in given.first if isinstance(atom, Parts))
    return _list(calls, given) | written


def _dict(calls: "Calls", given: Arguments) -> Value:
    pairs = calls.part(calls.elements(given.first), 1, 2, None)
    values = pairs or calls.contents(given.first)
    made = _container(calls, given, values, mapping=True)
    for name, value in given.names.items():
        calls.add_to(made, value, name)
    return made


def _default_dict(calls: "Calls", given: Arguments) -> Value:
    kind = {atom.name for atom in given.first if isinstance(atom, Library)}
    element = UNKNOWN
    if kind & {"list", "set", "dict", "deque"}:
        # The containers that it makes have no place of their own in the code: this one's.
        element = _one(Shared(given.node.func, mapping="dict" in kind))
    else:
        element = calls.apply(given.first, [], given.node)
    return _container(calls, given, element, mapping=True)


def _pick(calls: "Calls", given: Arguments) -> Value:
    chosen = calls.elements(given.first) if len(given.values) == 1 else UNKNOWN.union(*given.values)
    calls.apply(given.names.get("key", UNKNOWN), [chosen], given.node)
    return chosen | given.names.get("default", UNKNOWN)


def _next(calls: "Calls", given: Arguments) -> Value:
    return calls.elements(given.first).union(*given.values[1:])


def _map(calls: "Calls", given: Arguments) -> Value:
    elements = [calls.elements(value) for value in given.values[1:]]
    return _one(Items(calls.apply(given.first, elements, given.node)))


def _filter(calls: "Calls", given: Arguments) -> Value:
    elements = calls.elements(given.values[1]) if len(given.values) > 1 else UNKNOWN
    calls.apply(given.first, [elements], given.node)
    return _one(Items(elements))


def _enumerate(calls: "Calls", given: Arguments) -> Value:
    return _one(Items(_one(Parts((UNKNOWN, calls.elements(given.first))))))


def _zip(calls: "Calls", given: Arguments) -> Value:
    if not given.exact:
        inside = UNKNOWN.union(*(calls.elements(value) for value in given.values))
        return _one(Items(_one(Items(inside))))
    return _one(Items(_one(Parts(tuple(calls.elements(value) for value in given.values)))))


def _getattr(calls: "Calls", given: Arguments) -> Value:
    name = given.node.args[1] if len(given.node.args) > 1 else None
    if isinstance(name, ast.Constant):
        return calls.read_attribute(given.first, str(name.value)).union(*given.values[2:])
    return UNKNOWN


def _group(calls: "Calls", given: Arguments) -> Value:
    elements = calls.elements(given.first)
    key = given.names.get("key", given.values[1] if len(given.values) > 1 else UNKNOWN)
    calls.apply(key, [elements], given.node)
    return _one(Items(_one(Parts((UNKNOWN, _one(Items(elements)))))))


def _chain(calls: "Calls", given: Arguments) -> Value:
    return _one(Items(UNKNOWN.union(*(calls.elements(value) for value in given.values))))


def _flatten(calls: "Calls", given: Arguments) -> Value:
    return _one(Items(calls.elements(calls.elements(given.first))))


def _largest(calls: "Calls", given: Arguments) -> Value:
    elements = calls.elements(given.values[1]) if len(given.values) > 1 else UNKNOWN
    calls.apply(given.names.get("key", UNKNOWN), [elements], given.node)
    return _one(Items(elements))


def _reduce(calls: "Calls", given: Arguments) -> Value:
    elements = calls.elements(given.values[1]) if len(given.values) > 1 else UNKNOWN
    start = elements.union(*given.values[2:])
    return start | calls.apply(given.first, [start, elements], given.node)


def _partial(calls: "Calls", given: Arguments) -> Value:
    del calls
    return _one(Partial(given.first, given.values[1:], tuple(given.names)))


def _attrgetter(calls: "Calls", given: Arguments) -> Value:
    del calls
    names = [node.value for node in given.node.args if isinstance(node, ast.Constant)]
    return _one(Getter(tuple(map(str, names))))


def _first(calls: "Calls", given: Arguments) -> Value:
    del calls
    return given.first


def _gather(calls: "Calls", given: Arguments) -> Value:
    del calls
    if given.exact:
        return _one(Parts(given.values))
    return _one(Items(UNKNOWN.union(*given.values)))


def _in_thread(calls: "Calls", given: Arguments) -> Value:
    return calls.call(given.first, given._replace(values=given.values[1:]))


def _counter(calls: "Calls", given: Arguments) -> Value:
    return _container(calls, given, UNKNOWN, mapping=True)


LIBRARY: dict[str, LibraryFunction] = {
    "Counter": _counter,
    "OrderedDict": _dict,
    "attrgetter": _attrgetter,
    "chain": _chain,
    "copy": _first,
    "deepcopy": _first,
    "defaultdict": _default_dict,
    "deque": _list,
    "dict": _dict,
    "enumerate": _enumerate,
    "filter": _filter,
    "from_iterable": _flatten,
    "frozenset": _list,
    "gather": _gather,
    "getattr": _getattr,
    "groupby": _group,
    "islice": _list,
    "iter": _same_container,
    "list": _same_container,
    "map": _map,
    "max": _pick,
    "min": _pick,
    "next": _next,
    "nlargest": _largest,
    "nsmallest": _largest,
    "partial": _partial,
    "reduce": _reduce,
    "reversed": _list,
    "run": _first,
    "set": _list,
    "sorted": _list,
    "to_thread": _in_thread,
    "tuple": _same_container,
    "wait_for": _first,
    "zip": _zip,
}


def _append(calls: "Calls", owner: Value, given: Arguments) -> Value:
    calls.add_to(owner, given.values[-1] if given.values else UNKNOWN)
    return UNKNOWN


def _extend(calls: "Calls", owner: Value, given: Arguments) -> Value:
    calls.add_to(owner, calls.contents(given.first))
    for name, value in given.names.items():
        calls.add_to(owner, value, name)
    return UNKNOWN


def _set_default(calls: "Calls", owner: Value, given: Arguments) -> Value:
    calls.add_to(owner, given.values[1] if len(given.values) > 1 else UNKNOWN)
    return _get(calls, owner, given)


def _get(calls: "Calls", owner: Value, given: Arguments) -> Value:
    if not given.node.args:
        return calls.contents(owner)
    return calls.read_index(owner, given.node.args[0]).union(*given.values[1:])


def _pairs(calls: "Calls", owner: Value, given: Arguments) -> Value:
    del given
    written = [
        _one(Parts((UNKNOWN, value)))
        for atom in owner
        if isinstance(atom, Keyed)
        for _, value in atom.entries
    ]
    built = calls.contents(owner)
    return _one(Items(UNKNOWN.union(_one(Parts((UNKNOWN, built))), *written)))


def _values(calls: "Calls", owner: Value, given: Arguments) -> Value:
    del given
    return _one(Items(calls.contents(owner)))


def _itself(calls: "Calls", owner: Value, given: Arguments) -> Value:
    del calls, given
    return owner


def _sort(calls: "Calls", owner: Value, given: Arguments) -> Value:
    calls.apply(given.names.get("key", UNKNOWN), [calls.elements(owner)], given.node)
    return UNKNOWN


METHODS: dict[str, Method] = {
    "add": _append,
    "append": _append,
    "appendleft": _append,
    "copy": _itself,
    "extend": _extend,
    "get": _get,
    "insert": _append,
    "items": _pairs,
    "pop": _get,
    "popleft": _get,
    "setdefault": _set_default,
    "sort": _sort,
    "update": _extend,
    "values": _values,
}
