"""Every defect is one that the audit counts, and that the cleaner takes out again."""

from random import Random

import pytest

from fixtures.results import GitLogResult
from pipeline.data.announcements import is_announcement
from pipeline.data.augment.defects import DEFECTS, OTHER_SYSTEM_PROMPT, flawed, phrases
from pipeline.data.augment.example import Ask, Back, Code, Say, row_of
from pipeline.data.call_facts import CANONICAL, facts_of_row
from pipeline.data.clean import CleanSettings, row_fixers
from pipeline.data.findings import Announcement, DoubleWrap, Envelope, Preamble, Roles
from pipeline.data.fixers.announcements import is_filler
from pipeline.data.repair import Repairer
from pipeline.data.rows import Place, read_row
from pipeline.data.tally import Tally

TOOLS = ("git_log",)
CODE = 'result = git_log("src/ferry", 3)\nprint(result.commit_count)'
LOG = GitLogResult(success=True, commits=[], commit_count=0, parse_error=None)

# The finding that counts each defect, and the fixer that takes it out.
FOUND_BY = {
    "preamble": (Preamble(), "preambles"),
    "announcement": (Announcement(), "announcements"),
    "tool_role": (Roles(), "roles"),
    "double_wrap": (DoubleWrap(), "double_wraps"),
    "other_envelope": (Envelope(), "envelope"),
}


@pytest.fixture
def plain():
    asked = "Has anyone touched the ferry package lately?"
    return row_of((Ask(asked), Code(CODE), Back(LOG), Say("Nobody has.")))


def seen(data):
    row = read_row(data)
    row.place = Place(0, 1)
    return row


def counted(finding, data):
    tally = Tally()
    finding.observe(seen(data), tally)
    return tally.count


def repaired(data):
    repairer = Repairer(row_fixers(CleanSettings()), keyed=False)
    row, _, names = repairer.repair(seen(data))
    return row.data, names


@pytest.mark.parametrize("name", FOUND_BY)
def test_the_audit_finds_the_defect(plain, name):
    finding, _ = FOUND_BY[name]
    assert counted(finding, plain) == 0
    assert counted(finding, flawed(plain, [name], TOOLS, Random(1))) == 1


@pytest.mark.parametrize("name", FOUND_BY)
@pytest.mark.parametrize("seed", range(5))
def test_the_cleaner_gives_the_row_back(plain, name, seed):
    _, fixer = FOUND_BY[name]
    data, names = repaired(flawed(plain, [name], TOOLS, Random(seed)))
    assert fixer in names
    assert data == plain


def test_defects_go_together_in_any_order(plain):
    names = ["announcement", "other_envelope", "double_wrap", "preamble"]
    one = flawed(plain, names, TOOLS, Random(3))
    assert one == flawed(plain, names[::-1], TOOLS, Random(3))
    assert repaired(one)[0] == plain


def test_the_second_prompt_stands_in_place_of_the_first(plain):
    changed = flawed(plain, ["other_prompt"], TOOLS, Random(1))["messages"]
    assert changed[0] == {"role": "system", "content": OTHER_SYSTEM_PROMPT}
    assert changed[1:] == plain["messages"][1:]


def test_the_second_spelling_holds_the_same_code(plain):
    row = seen(flawed(plain, ["other_envelope"], TOOLS, Random(1)))
    (turn,) = facts_of_row(row)
    assert turn.turn.markup.calls[0].code == CODE
    assert turn.calls[0].spelling != CANONICAL


def test_the_row_that_came_is_left_alone(plain):
    before = repr(plain)
    flawed(plain, [name for name in DEFECTS if name != "tool_role"], TOOLS, Random(1))
    assert repr(plain) == before


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("preamble", "the row makes no call"),
        ("announcement", "the row makes no call"),
        ("tool_role", "the row has no tool response"),
        ("double_wrap", "the row has no tool response"),
    ],
)
def test_a_defect_without_a_place_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        flawed(row_of((Ask("What is a mole?"), Say("A pier."))), [name], (), Random(1))


def test_every_announcement_and_filler_is_taken_for_one():
    said = [text for texts in phrases().announcements.values() for text in texts]
    assert [text for text in said if not is_announcement(text)] == []
    assert [text for text in phrases().fillers if not is_filler(text)] == []


def test_phrases_vary_and_fit_the_tool(plain):
    said = {
        flawed(plain, ["announcement"], TOOLS, Random(seed))["messages"][2]["content"]
        for seed in range(80)
    }
    spoken = phrases().announcements
    assert said <= {*spoken["git_log"], *spoken["any"]}
    assert said >= {*spoken["git_log"]}
