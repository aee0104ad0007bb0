import pytest

from evals.decide import read_results, summarize
from fixtures import CallgateError


def of(suite, name):
    return [case.id for case in suite.cases if name in case.markers]


def test_the_summary_counts_strict_and_soft(judged, suite):
    summary = judged(missing=of(suite, "cross_tool")).summary
    assert (summary.cases, summary.strict, summary.soft) == (57, 47, 57)
    assert (summary.strict_pct, summary.soft_pct) == (82.5, 100.0)


def test_each_category_has_its_own_rate(judged, suite):
    categories = judged(missing=of(suite, "cross_tool")).summary.categories
    assert categories["cross_tool"].strict_pct == 0.0
    assert categories["single_tool"].strict_pct == 100.0


def test_groups_are_rated_beside_the_categories(judged):
    groups = judged().summary.groups
    assert (groups["git_tools"].cases, groups["chaining"].cases) == (8, 4)


@pytest.mark.parametrize(
    ("missed", "verdict"), [(11, "deploy"), (12, "augment"), (17, "augment"), (18, "investigate")]
)
def test_the_verdict_follows_from_the_strict_rate(judged, suite, missed, verdict):
    assert judged(missing=[case.id for case in suite.cases[:missed]]).summary.verdict == verdict


def test_a_partial_selection_has_no_verdict(judged):
    assert judged(asked=lambda record: record.category == "multi_turn").summary.verdict is None


def test_no_case_is_no_summary(suite):
    with pytest.raises(ValueError, match="no case was judged"):
        summarize(suite, [])


def test_results_are_in_the_order_of_the_suite(judged, suite):
    assert [record.id for record in judged().cases] == [case.id for case in suite.cases]


def test_a_written_file_reads_back(judged, tmp_path):
    (tmp_path / "results.json").write_text(judged().model_dump_json())
    assert read_results(tmp_path / "results.json") == judged()


def test_another_schema_version_is_named(judged, tmp_path):
    content = judged().model_dump_json().replace('"schema_version":1', '"schema_version":3')
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(CallgateError) as caught:
        read_results(tmp_path / "results.json")
    assert str(caught.value) == (
        f"{tmp_path / 'results.json'}: field 'schema_version': Input should be 1 or 2; "
        "this version reads schema 1 and 2"
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CallgateError) as caught:
        read_results(tmp_path / "results.json")
    assert str(caught.value) == (
        f"{tmp_path / 'results.json'}: cannot be read: No such file or directory"
    )
