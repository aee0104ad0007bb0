import pytest

from evals.report.run_folder import check_writable, find_run, run_name
from fixtures import CallgateError


@pytest.mark.parametrize(
    ("wish", "name"),
    [("smollm2-135m-5bit", "smollm2-135m-5bit"), ("../über all", "ber-all"), ("a/b", "a-b")],
)
def test_a_name_fits_a_folder(wish, name):
    assert run_name(wish) == name


def test_a_name_of_nothing_is_refused():
    with pytest.raises(CallgateError) as caught:
        run_name("../")
    assert str(caught.value) == "the run name '../' holds no letter or digit"


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
    assert find_run(reports, wish).name == found


def test_a_name_used_twice_means_the_latest(reports):
    assert find_run(reports, "second").name == "0010_second"


def test_a_run_is_found_by_its_folder(reports):
    assert find_run(reports.parent, str(reports / "0001_first")) == reports / "0001_first"


def test_an_unknown_run_lists_the_latest(reports):
    with pytest.raises(CallgateError) as caught:
        find_run(reports, "3")
    assert str(caught.value) == (
        f"3: no such run; the latest in {reports} are: 0001_first, 0002_second, 0010_second"
    )


def test_probing_a_folder_leaves_nothing(tmp_path):
    check_writable(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
