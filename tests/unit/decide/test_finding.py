import pytest

from evals.archive.finding import find_recorded
from evals.archive.tags import Tags, write_tags
from fixtures import CallgateError


@pytest.fixture
def reports(tmp_path):
    for name in ("0001_first", "0002_second", "0010_second", "notes"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("wish", "found"),
    [("1", "0001_first"), ("0002", "0002_second"), ("first", "0001_first"), ("10", "0010_second")],
)
def test_a_run_is_found_by_number_or_name(reports, wish, found):
    assert find_recorded(reports, wish).name == found


def test_a_name_used_twice_is_refused_with_both_numbers(reports):
    with pytest.raises(CallgateError) as caught:
        find_recorded(reports, "second")
    assert str(caught.value) == (
        "second: several runs are meant by this: 0002_second, 0010_second; give the number"
    )


def test_latest_is_the_highest_number(reports):
    (reports / "10000_late").mkdir()
    assert find_recorded(reports, "latest").name == "10000_late"


def test_a_tag_means_its_run(reports):
    write_tags(reports, Tags(tags={"baseline": "0001_first"}))
    assert find_recorded(reports, "baseline").name == "0001_first"


def test_a_tag_of_a_run_that_is_gone_is_named(reports):
    write_tags(reports, Tags(tags={"baseline": "0004_gone"}))
    with pytest.raises(CallgateError, match="baseline: means 0004_gone, which is not in"):
        find_recorded(reports, "baseline")


def test_a_run_is_found_by_its_folder(reports):
    assert find_recorded(reports.parent, str(reports / "0001_first")) == reports / "0001_first"


def test_an_unknown_run_lists_the_latest(reports):
    with pytest.raises(CallgateError) as caught:
        find_recorded(reports, "3")
    assert str(caught.value) == (
        f"3: no such run; the latest in {reports} are: 0001_first, 0002_second, 0010_second"
    )
