from evals.decide import apply_gate, find_policy
from evals.report.table import (
    gate_sentence,
    markdown,
    repeats_sentences,
    text_table,
    verdict_sentence,
)


def some(suite, count):
    return [case.id for case in suite.cases][:count]


def test_the_table_shows_rates_intervals_and_targets(judged, suite):
    results = judged(missing=some(suite, 12))
    lines = text_table(apply_gate(find_policy("deploy"), results)).splitlines()
    assert lines[0].split() == [
        *("category", "soft", "strict", "95", "%", "interval", "target", "met")
    ]
    assert lines[2].split("  ")[0] == "overall"
    assert lines[2].endswith("57/57 100.0 %  45/57  78.9 %    66.7-87.5 %    80 %  NOT MET")
    assert len(lines) == 2 + 1 + 7


def test_columns_are_aligned(judged):
    lines = text_table(apply_gate(find_policy("stretch"), judged())).splitlines()
    assert len({len(line) for line in lines[2:] if line.endswith("met")}) == 1


def test_a_partial_row_says_how_many_of_how_many(judged):
    results = judged(asked=lambda record: record.id in ("cached_diff", "types_and_hover"))
    table = text_table(apply_gate(find_policy("deploy"), results))
    assert f"overall ({results.summary.cases} of 57)" in table
    assert "not judged (partial)" in table


def test_the_verdict_carries_its_interval(judged, suite):
    assert verdict_sentence(judged(missing=some(suite, 11))) == (
        "deploy (strict >= 80 %): 46 of 57 strict, 80.7 %, 95 % interval 68.7-88.9 %"
    )


def test_a_gate_that_is_off_says_so(judged, suite):
    gate = apply_gate(find_policy("deploy"), judged(missing=some(suite, 12)))
    assert gate_sentence(gate, enforced=False) == (
        "gate deploy (shown, not enforced): FAILED: overall 78.9 % < 80 %"
    )


def test_markdown_holds_the_same_rows(judged):
    results = judged()
    text = markdown(apply_gate(find_policy("deploy"), results), results, "run", enforced=True)
    assert text.startswith("### run\n\n| category | soft | strict |")
    assert "| overall | 57/57 100.0 % | 57/57 100.0 % | 93.7-100.0 % | 80 % | met |" in text
    assert "**Verdict: deploy (strict >= 80 %): 57 of 57 strict" in text


def test_repeats_have_columns_of_their_own(repeated, suite):
    results = repeated(dict.fromkeys(some(suite, 12), 3))
    header, _, overall, *_ = text_table(apply_gate(find_policy("deploy"), results)).splitlines()
    assert header.split()[-4:] == ["pass^5", "pass@5", "target", "met"]
    assert overall.startswith("overall         285/285 100.0 %  261/285  91.6 %    86.3-94.9 %")
    assert overall.endswith("78.9 %  100.0 %    80 %  met")


def test_repeats_are_told_in_sentences(repeated, suite):
    results = repeated(dict.fromkeys(some(suite, 14), 3))
    assert verdict_sentence(results) == (
        "deploy (strict >= 80 %): 257 of 285 answers (57 cases 5 times) strict, 90.2 %, "
        "95 % interval 84.8-93.8 %"
    )
    told = repeats_sentences(results)
    assert told[0].startswith("repeats: 57 cases 5 times each; the 285 answers tell as much of ")
    assert told[1] == (
        "pass^k, all of k answers pass: k = 1 90.2 %, k = 2 82.8 %, k = 4 75.4 %, k = 5 75.4 %"
    )
    assert told[3].startswith(f"flaky: 14 of 57 cases pass sometimes: {suite.cases[0].id} 3/5, ")
    assert told[3].endswith(" and 2 more")


def test_nothing_is_told_of_repeats_where_there_are_none(judged):
    assert repeats_sentences(judged()) == []
