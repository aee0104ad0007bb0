import pytest

from evals.report.run_folder import check_writable, run_name
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


def test_probing_a_folder_leaves_nothing(tmp_path):
    check_writable(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
