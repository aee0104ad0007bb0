import pytest

from evals.judge.facts import copied_record, invented_numbers, is_stuffed

TOLD = "RuffResult(success=False, violations=[RuffViolation(line=57, code='B006'), " \
    "RuffViolation(line=90, code='SIM108')], duration=0.83)"  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Lines 57 and 90.",
        "2 violations.",
        "It took 0.8 seconds, less than 1.",
        "B006 and SIM108.",
        "1. line 57\n2. line 90\n3. nothing else",
        "That is 50 % of them.",
        "(57, 90)",
    ],
)
def test_number_that_was_told_or_follows_is_not_invented(text):
    assert invented_numbers(text, TOLD) == ()


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        ("Lines 58 and 90.", ("58",)),
        ("12 violations on 1,000 lines.", ("12", "1,000")),
        ("It took 3.5 seconds.", ("3.5",)),
        ("Lines 58, 58 and 91.", ("58", "91")),
    ],
)
def test_number_from_nowhere_is_invented(text, invented):
    assert invented_numbers(text, TOLD) == invented


def test_thousands_may_be_written_with_a_comma():
    assert invented_numbers("1,200 lines", "1200 lines") == ()


def test_copied_record_is_named():
    assert copied_record(f"It says: {TOLD}", TOLD) == "RuffResult(success="


def test_name_of_a_class_alone_is_not_copied():
    assert copied_record("The RuffResult(s) name two lines.", TOLD) is None


def test_heap_of_keywords_is_stuffed():
    assert is_stuffed("once, one time, single time", ("once", "one time", "single time"))


def test_sentence_with_keywords_is_not_stuffed():
    text = "The body runs once, that is one single time for the session."
    assert not is_stuffed(text, ("once", "one time", "single time"))


def test_terse_answer_is_not_stuffed():
    assert not is_stuffed("deque[Sample]", ("deque", "Sample", "512"))


def test_sum_of_two_counts_is_not_invented():
    assert invented_numbers("75 lines changed", "GitDiffResult(additions=58, deletions=17)") == ()


def test_length_of_a_symbol_is_not_invented():
    assert invented_numbers("65 lines long", "SymbolInfo(line=14, end_line=78)") == ()


def test_sum_of_two_places_is_invented():
    assert invented_numbers("147 lines", "Location(line=57, column=90)") == ("147",)


def test_number_told_with_a_comma_may_be_written_without():
    assert invented_numbers("4800 euros, 4,800 in all", "It costs 4,800 euros") == ()
