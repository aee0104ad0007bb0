import subprocess
import sys

import pytest

from evals.report.run_folder import check_writable, make_staging, run_name
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


def test_the_staging_folder_of_a_killed_run_is_removed(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    left = tmp_path / f".staging-{process.pid}-abc"
    left.mkdir()
    make_staging(tmp_path)
    assert not left.exists()


def test_the_staging_folder_of_a_run_that_goes_on_is_kept(tmp_path):
    first = make_staging(tmp_path)
    second = make_staging(tmp_path)
    assert first.is_dir()
    assert second.is_dir()
