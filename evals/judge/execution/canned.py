"""Which results the tools return when a case's code is run."""

import types
import typing
from collections.abc import Mapping

from fixtures import Case, Record, Result, Suite, Tool, element_model

Results = Mapping[str, Result | str]


def _sample(annotation: object) -> object:
    if element_model(annotation) is annotation and isinstance(annotation, type):
        return _sample_record(annotation)
    plain = typing.get_origin(annotation) or annotation
    if plain is list:
        (inside,) = typing.get_args(annotation) or (str,)
        return [_sample(inside)]
    if plain is dict:
        return {}
    if plain in (types.UnionType, typing.Union):
        return _sample(typing.get_args(annotation)[0])
    return {str: "text", int: 1, float: 1.0, bool: True}.get(typing.cast("type", plain))


def _sample_record(model: type[Record]) -> Record:
    required = {
        name: _sample(field.annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    }
    return model.model_construct(**typing.cast("dict[str, typing.Any]", required))


def sample_result(tool: Tool) -> Result | str:
    """Return what a tool without a canned result is taken to return: one of everything."""
    if not issubclass(tool.result, Result):
        return "done"
    made = _sample_record(tool.result)
    return typing.cast("Result", made)


def canned_results(suite: Suite, case: Case) -> tuple[Results, Results]:
    """Return a result for each tool, twice: one that holds much and one that holds little.

    The response of a case of two turns stands in the first. Code reads some fields only when there
    is something to tell, and others only when there is nothing.
    """
    filled: dict[str, Result | str] = {}
    sparse: dict[str, Result | str] = {}
    for response in suite.canned.values():
        size = len(response.text)
        if response.tool not in filled or size > len(repr(filled[response.tool])):
            filled[response.tool] = response.result
        if response.tool not in sparse or size < len(repr(sparse[response.tool])):
            sparse[response.tool] = response.result
    for name, tool in suite.tools.items():
        if name not in filled:
            filled[name] = sparse[name] = sample_result(tool)
    if case.second_turn is not None:
        response = suite.canned[case.second_turn.response]
        filled[response.tool] = response.result
    return filled, sparse
