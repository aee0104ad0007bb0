import pytest

from evals.judge import LAYERS, judge
from fixtures import load_suite
from pipeline.data.calls import render_call

SUITE = load_suite()
DIRTY = SUITE.case("dirty_files")
STATUS = render_call("for file in git_status('.').files:\n    print(file.file)")
CHAIN = SUITE.case("chain_status_then_diff")
SUMMARY = SUITE.case("summary_hovered_variable")


def test_every_layer_is_asked_in_order():
    (turn,) = judge(DIRTY, [STATUS], SUITE.responses).turns
    assert tuple(turn.layers) == tuple(LAYERS)
    assert tuple(LAYERS) == ("gate", "extract", "ast", "identity", "schema", "completeness")


def test_right_call_passes_soft_and_strict():
    judgement = judge(DIRTY, [STATUS], SUITE.responses)
    assert (judgement.soft, judgement.strict, judgement.deciding) == (True, True, None)


def test_wrong_tool_passes_soft_only():
    judgement = judge(DIRTY, [render_call("git_log('.')")], SUITE.responses)
    assert (judgement.soft, judgement.strict) == (True, False)
    assert judgement.deciding == (1, "identity", "expected git_status, found git_log")


def test_first_failing_layer_decides():
    assert judge(DIRTY, ["<tool_call>"], SUITE.responses).deciding[1] == "extract"


def test_text_passes_neither():
    judgement = judge(DIRTY, ["All is clean."], SUITE.responses)
    assert (judgement.soft, judgement.strict) == (False, False)


def test_second_turn_alone_can_decide():
    assert judge(CHAIN, [STATUS, "I see four files."], SUITE.responses).deciding == (
        2,
        "gate",
        "expected a call, found only text: 'I see four files.'",
    )


def test_soft_asks_for_the_gate_of_both_turns():
    assert not judge(CHAIN, [STATUS, "I see four files."], SUITE.responses).soft


def test_summary_that_calls_again_fails_at_the_gate():
    hover = render_call("print(hover('src/telemetry/rolling.py', 73, 14, 'window').content)")
    assert judge(SUMMARY, [hover, hover], SUITE.responses).deciding[:2] == (2, "gate")


def test_announcement_is_told():
    (turn,) = judge(DIRTY, ["I'll check the git status."], SUITE.responses).turns
    assert turn.announces


def test_text_before_a_call_is_told_and_passes():
    judgement = judge(DIRTY, [f"Let me look.\n{STATUS}"], SUITE.responses)
    assert judgement.strict
    assert judgement.turns[0].preamble


def test_call_alone_has_no_preamble():
    (turn,) = judge(DIRTY, [f"\n{STATUS}"], SUITE.responses).turns
    assert (turn.preamble, turn.announces) == (False, False)


def test_missing_turn_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="argument 2 is longer"):
        judge(CHAIN, [STATUS], SUITE.responses)


def test_too_many_turns_are_an_error_of_the_caller():
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        judge(DIRTY, [STATUS, STATUS], SUITE.responses)
