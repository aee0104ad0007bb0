"""`callgate runs`: listing, tagging, and pruning that never takes what is tagged."""

import os

import pytest


def test_the_list_shows_rates_and_tags(run, callgate, ids):
    run("first", missing=ids[:12])
    run("second")
    callgate("runs", "tag", "first", "baseline")
    code, printed = callgate("runs", "list")
    assert code == 0
    assert printed.splitlines() == [
        "0001_first   2026-01-01 00:00   45/57   78.9 %  augment               [baseline]",
        "0002_second  2026-01-01 00:00   57/57  100.0 %  deploy",
    ]


def test_an_empty_reports_folder_says_how_to_make_a_run(callgate, reports):
    code, printed = callgate("runs", "list")
    assert (code, printed) == (0, f"{reports} holds no run: `pytest evals` makes the first\n")


def test_a_folder_cut_short_is_listed_as_unreadable(run, callgate):
    folder = run()
    (folder / "results.json").unlink()
    code, printed = callgate("runs", "list")
    assert code == 0
    assert "unreadable" in printed
    assert "results.json missing" in printed


def test_show_tells_what_was_asked_of_what(run, callgate):
    run()
    code, printed = callgate("runs", "show", "latest")
    assert code == 0
    assert "model     models/some-model/5bit (ffffffffffff)" in printed
    assert "verdict: deploy (strict >= 80 %): 57 of 57 strict" in printed


def test_a_run_whose_policy_is_gone_is_shown_all_the_same(run, callgate):
    gate = {"policy": "of_old", "passed": True, "failures": [], "not_judged": []}
    run(gate=gate)
    code, printed = callgate("runs", "show", "1")
    assert code == 0
    assert "overall" in printed


def test_a_tag_moves_and_says_from_where(run, callgate):
    run("first")
    run("second")
    assert callgate("runs", "tag", "1", "baseline") == (0, "0001_first is tagged baseline\n")
    assert callgate("runs", "tag", "2", "baseline") == (
        0,
        "0002_second is tagged baseline, which was 0001_first before\n",
    )
    assert callgate("compare", "1", "baseline")[0] == 0


def test_a_tag_can_be_taken_away(run, callgate):
    run()
    callgate("runs", "tag", "1", "baseline")
    assert callgate("runs", "tag", "--remove", "baseline") == (
        0,
        "0001_model is no longer tagged baseline\n",
    )
    assert callgate("compare", "baseline", "1")[0] == 2


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("latest", "tag 'latest': always means the run with the highest number"),
        ("../x", "tag '../x': lower-case letters, digits, . _ -, a letter first"),
    ],
)
def test_a_tag_that_would_mislead_is_refused(run, callgate, tag, message):
    run()
    assert callgate("runs", "tag", "1", tag) == (2, f"callgate: error: {message}\n")


def test_prune_shows_before_it_removes(run, callgate, reports):
    for _ in range(3):
        run()
    code, printed = callgate("runs", "prune", "--keep", "1")
    assert code == 0
    assert printed.count("old run: ") == 2
    assert "nothing was removed yet, --yes does it" in printed
    assert len(list(reports.iterdir())) == 3


def test_prune_never_removes_what_is_tagged(run, callgate, reports):
    for _ in range(4):
        run()
    callgate("runs", "tag", "1", "baseline")
    code, printed = callgate("runs", "prune", "--keep", "0", "--yes")
    assert code == 0
    assert f"kept     tagged: {reports / '0001_model'}" in printed
    assert [entry.name for entry in reports.iterdir() if entry.is_dir()] == ["0001_model"]


def test_prune_takes_old_leftovers_and_fused_models_only_when_asked(run, callgate, tmp_path):
    models = tmp_path / "models"
    for name in ("one", "two"):
        for part in ("5bit", "fused", "adapter"):
            (models / name / part).mkdir(parents=True)
            (models / name / part / "weights").write_bytes(b"x" * 1000)
        run(name, model_folder=str(models / name / "5bit"))
    leftover = tmp_path / "reports" / ".unfinished" / "abc"
    leftover.mkdir(parents=True)
    os.utime(leftover, (1, 1))
    callgate("runs", "tag", "one", "production")
    assert "nothing to free" in callgate("runs", "prune")[1]
    assert callgate("runs", "prune", "--intermediates", "--yes")[0] == 0
    assert not leftover.exists()
    assert [path.name for path in sorted((models / "one").iterdir())] == [
        "5bit",
        "adapter",
        "fused",
    ]
    assert [path.name for path in sorted((models / "two").iterdir())] == ["5bit", "adapter"]
