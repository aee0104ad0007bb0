import json

import pytest

from evals.decide import apply_gate, find_policy, make_results, read_results, repeated_record


def of(suite, name):
    return [case.id for case in suite.cases if name in case.markers]


@pytest.fixture
def mixed(repeated, suite):
    """Of ten cross_tool cases four pass always, three in 4 of 5, one in 1 of 5, two never."""
    ids = of(suite, "cross_tool")
    return repeated(dict(zip(ids[4:], (4, 4, 4, 1, 0, 0), strict=True)))


def test_rates_count_answers(mixed):
    rate = mixed.summary.categories["cross_tool"]
    assert (rate.cases, rate.answers, rate.strict, rate.strict_pct) == (10, 50, 33, 66.0)
    assert (mixed.summary.cases, mixed.summary.answers, mixed.summary.strict) == (57, 285, 268)


def test_all_pass_and_any_pass_are_means_over_cases(mixed):
    repeated = mixed.summary.categories["cross_tool"].repeated
    # By hand, pass^2: (4 + 3 * 6 / 10) / 10; pass@2: (7 + 1 - 6 / 10) / 10.
    assert repeated.all_pass_pct == {1: 66.0, 2: 58.0, 4: 46.0, 5: 40.0}
    assert repeated.any_pass_pct == {1: 66.0, 2: 74.0, 4: 78.0, 5: 80.0}


def test_flaky_cases_are_those_that_pass_sometimes(mixed, suite):
    assert [case.id for case in mixed.flaky] == of(suite, "cross_tool")[4:8]
    assert mixed.summary.repeated.flaky == 4
    assert [case.share.passed for case in mixed.flaky] == [4, 4, 4, 1]


def test_the_interval_is_clustered_by_case(mixed):
    rate = mixed.summary.categories["cross_tool"]
    # Squares of the residuals passed - 3.3: 4 * 2.89 + 3 * .49 + 5.29 + 2 * 10.89 = 40.1; the
    # variance 40.1 / 50^2, and 0.66 * 0.34 over it is 13.99 answers. Wilson's interval of these is
    # (0.66 + 0.1373 +- 1.96 sqrt(0.01604 + 0.00491)) / 1.2746.
    assert rate.repeated.effective == pytest.approx(0.66 * 0.34 / (40.1 / 2500), abs=1e-3)
    assert (rate.strict_low_pct, rate.strict_high_pct) == (40.3, 84.8)


def test_a_case_is_strict_only_when_every_answer_is(mixed, suite):
    ids = of(suite, "cross_tool")
    strict = {case.id: case.strict for case in mixed.cases}
    assert [strict[name] for name in ids] == [True] * 4 + [False] * 6
    first = next(case for case in mixed.cases if case.id == ids[4])
    assert first.failure == (
        "missed 1 of 5 times, first in repeat 5, turn 1, identity: expected git_diff"
    )


@pytest.mark.parametrize(
    ("lost", "verdict"), [(57, "deploy"), (58, "augment"), (85, "augment"), (86, "investigate")]
)
def test_the_verdict_follows_from_the_mean(repeated, suite, lost, verdict):
    # 57 of 285 answers are 20 %, and 85 are 29.8 %.
    passed = {case.id: 5 - min(5, max(0, lost - 5 * n)) for n, case in enumerate(suite.cases)}
    assert repeated(passed).summary.verdict == verdict


def test_the_gate_judges_the_mean_strict_rate(repeated, suite):
    # All 57 cases are flaky and none passes every time; the mean is exactly 80 %.
    results = repeated({case.id: 4 for case in suite.cases})
    assert apply_gate(find_policy("deploy"), results).passed is True
    worse = repeated({case.id: 4 for case in suite.cases} | {suite.cases[0].id: 3})
    assert apply_gate(find_policy("deploy"), worse).failures == ("overall 79.6 % < 80 %",)


def test_a_lower_bound_is_that_of_the_clustered_interval(repeated, suite):
    # 46 of 57 pass always and 11 never: 285 answers that tell as much as 57.
    results = repeated({case.id: 0 for case in suite.cases[:11]})
    assert results.summary.repeated.effective == 57
    gate = apply_gate(find_policy("certain"), results)
    assert gate.failures == ("overall 80.7 %, lower bound 68.7 % < 70 %",)


def test_a_pinned_case_must_pass_every_time(repeated, suite, tmp_path):
    name = suite.cases[0].id
    path = tmp_path / "policies.toml"
    path.write_text(f'[mine]\npinned = ["{name}"]')
    gate = apply_gate(find_policy("mine", path), repeated({name: 4}))
    assert gate.failures == (f"pinned cases missed: {name}",)


def test_layers_and_habits_count_over_all_repeats(repeated, records):
    turns = sum(len(record.turns) for record in records)
    gate = repeated({}).summary.layers["gate"]
    assert gate.passed + gate.failed + gate.not_applicable == 5 * turns


def test_of_many_repeats_the_turns_of_ten_are_kept(repeated, suite):
    name = suite.cases[0].id
    case = next(case for case in repeated({name: 20}, repeats=30).cases if case.id == name)
    kept = [answer.repeat for answer in case.answers if answer.turns]
    assert kept == [1, 2, 3, 4, 5, 21, 22, 23, 24, 25]
    assert len(case.answers) == 30


def test_a_thousand_repeats_are_counted(repeated, suite):
    name = suite.cases[0].id
    results = repeated({name: 999}, repeats=1000, asked=lambda record: record.id == name)
    assert results.summary.strict_pct == 99.9
    assert results.summary.repeated.all_pass_pct[512] == 48.8
    assert len(results.model_dump_json()) < 200_000


def test_repeats_are_schema_2_and_read_back(mixed, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(mixed.model_dump_json(indent=2))
    assert json.loads(path.read_text())["schema_version"] == 2
    assert read_results(path) == mixed


def test_a_file_without_repeats_says_nothing_of_them(judged):
    written = judged().model_dump_json()
    assert '"schema_version":1' in written
    assert "repeat" not in written


def test_cases_asked_more_often_than_others_are_no_results(suite, records):
    found = [repeated_record([records[0]] * 2), *records[1:]]
    with pytest.raises(ValueError, match="some cases were asked more often than others"):
        make_results(suite, found, "f" * 64)
