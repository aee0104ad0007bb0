"""What a draft becomes."""

from fixtures import SYSTEM_PROMPT
from fixtures.results import HoverResult
from pipeline.data.augment.example import Ask, Back, Code, Say, codes_of, queries_of, row_of

DRAFT = (
    Ask("What is gate?"),
    Code('print(hover("a.py", 1, 2, "gate").content)'),
    Back(HoverResult(symbol="gate", content="(variable) gate: Gate")),
    Say("gate is a Gate."),
)


def test_a_row_has_the_system_prompt_and_a_turn_for_each_step():
    assert row_of(DRAFT) == {
        "messages": [
            {"role": "system", "content": SYSTEM_PROMPT},
            {"role": "user", "content": "What is gate?"},
            {
                "role": "assistant",
                "content": "<tool_call><function=execute_code>\n<parameter=code>\n"
                'print(hover("a.py", 1, 2, "gate").content)\n</parameter>\n</function></tool_call>',
            },
            {
                "role": "user",
                "content": "<tool_response>\nHoverResult(success=True, symbol='gate', "
                "content='(variable) gate: Gate', language=None, parse_error=None)\n"
                "</tool_response>",
            },
            {"role": "assistant", "content": "gate is a Gate."},
        ]
    }


def test_codes_and_queries_leave_results_and_answers_out():
    assert codes_of(DRAFT) == ('print(hover("a.py", 1, 2, "gate").content)',)
    assert queries_of(DRAFT) == ("What is gate?",)
