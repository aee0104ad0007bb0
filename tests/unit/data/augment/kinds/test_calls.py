"""The kinds of call: every tool, every field, every pair of tools, and nothing unsaid."""

import ast
from itertools import combinations
from random import Random

import pytest

from fixtures import TOOLS, element_model
from pipeline.data.augment.aspects import all_aspects, aspects_of
from pipeline.data.augment.crossing import flows, sinks, sources
from pipeline.data.augment.example import codes_of, queries_of
from pipeline.data.augment.kinds import kinds_of
from pipeline.data.augment.scene import Scene
from pipeline.data.code import read_code

# What they write or run is asked for by its name or purpose alone.
MAKING_UP = (
    "flow_script_read_and_run",
    "wider_flow_written_test_is_run",
    "wider_flow_written_script_is_run",
    "wider_flow_written_function_is_outlined",
)
# "Start build.sh with bash" says every word of `bash build.sh`, not the command itself.
COMMAND_IN_WORDS = (
    "wider_flow_script_and_its_log_both",
    "wider_flow_log_lines_with_error",
    "wider_flow_new_files_of_script",
    "wider_flow_read_what_script_made",
    "wider_flow_generated_module_checked",
)
CALLING = ("single_tool", "field_access", "cross_tool", "tool_identity")


def fields_below(model, path, seen=()):
    for name, field in model.model_fields.items():
        yield f"{path}.{name}"
        inner = element_model(field.annotation)
        if inner is not None and inner not in seen:
            yield from fields_below(inner, f"{path}.{name}", (*seen, inner))


def arguments_of(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in TOOLS:
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from (value.value for value in values if isinstance(value, ast.Constant))


@pytest.mark.parametrize("tool", [tool.name for tool in TOOLS.values() if tool.typed])
def test_every_field_of_every_result_is_asked_for(tool):
    reads = set()
    for aspect in aspects_of(tool):
        for seed in range(12):
            slots = aspect.slots(Scene(Random(seed)))
            reads |= read_code("\n".join(aspect.lines(slots, "result"))).reads
    assert set(fields_below(TOOLS[tool].result, tool)) <= reads


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_asked_for_in_many_ways(tool):
    asks = [ask for aspect in aspects_of(tool, broad=True) for ask in aspect.ask]
    assert len(asks) == len(set(asks)) >= 15


def test_no_two_aspects_ask_the_same():
    for aspect in all_aspects():
        assert not {*aspect.ask} & {
            ask for other in all_aspects() if other is not aspect for ask in other.ask
        }


def test_every_pair_of_tools_is_crossed_and_flows_have_many_shapes():
    together = {frozenset(kind.tools) for kind in kinds_of("cross_tool")}
    assert {frozenset(pair) for pair in combinations(TOOLS, 2)} <= together
    shapes = len(flows()) + sum(
        source.tool != sink.tool for source in sources() for sink in sinks()
    )
    assert len(flows()) >= 60
    assert shapes >= 200


def test_a_typed_tool_is_called_where_the_shell_is_only_mentioned(drafts_of):
    for kind, draft in drafts_of("tool_identity", 5):
        assert ("run_command" in codes_of(draft)[0]) == ("run_command" in kind.tools)


@pytest.mark.parametrize("category", CALLING)
def test_a_call_takes_nothing_that_the_query_does_not_say(drafts_of, category):
    for kind, draft in drafts_of(category, 3):
        (query,), (code,) = queries_of(draft), codes_of(draft)
        for value in arguments_of(code):
            if value in (".", 1, True) or kind.name in MAKING_UP:
                continue
            said = str(value).rstrip("\n")
            in_words = kind.name in COMMAND_IN_WORDS and said.startswith("bash ")
            parts = said.split() if in_words else [said]
            assert all(part in query for part in parts), f"{kind.name}: {value!r} in {query!r}"


@pytest.mark.parametrize("category", CALLING)
def test_calls_are_short_and_import_nothing(drafts_of, category):
    for _, draft in drafts_of(category, 2):
        (code,) = codes_of(draft)
        assert len(code.splitlines()) <= 16
        forbidden = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
        assert not any(isinstance(node, forbidden) for node in ast.walk(ast.parse(code)))
