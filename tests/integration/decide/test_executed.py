"""The executed score where runs are compared and shown."""

import json

import pytest


@pytest.fixture
def two(run, of):
    """Ten cases whose code was run: six and eight did what they should, one could not be run."""
    names = of("cross_tool")
    was, now = "p" * 6 + "f" * 4, "p" * 4 + "f" + "p" * 4 + "n"
    status = {"p": "pass", "f": "fail", "n": "not run"}
    run(ran={name: status[letter] for name, letter in zip(names, was, strict=True)})
    run("after", ran={name: status[letter] for name, letter in zip(names, now, strict=True)})
    return names


def test_a_comparison_has_a_row_for_what_was_run_in_both(two, callgate, tmp_path):
    code, printed = callgate("compare", "1", "2", "--json", tmp_path / "c.json")
    assert code == 0, printed
    line = next(line for line in printed.splitlines() if line.startswith("executed"))
    # The tenth case was run in one of the two only.
    assert line.split()[:5] == ["executed", "6/9", "66.7", "%", "[35-88]"]
    assert "8/9 88.9 %" in line
    assert line.split()[-3:] == ["3", "1", "up"]
    assert "executed: of the cases whose code was run in both." in printed
    comparison = json.loads((tmp_path / "c.json").read_text())
    assert comparison["executed"]["difference"] == 22.2
    case = next(case for case in comparison["cases"] if case["id"] == two[4])
    assert (case["before"]["executed"], case["after"]["executed"]) == ("pass", "fail")


def test_runs_without_execution_have_no_such_row(run, callgate):
    run()
    run("after")
    assert "executed" not in callgate("compare", "1", "2")[1]


def test_the_site_shows_it_for_runs_categories_and_cases(two, callgate, reports):
    assert callgate("report")[0] == 0
    index = (reports / "index.html").read_text()
    assert '<td class="number">8/9 88.9 %</td>' in index
    assert "executed: 60 % in the first of 2 runs, 88.9 % in the last" in index
    page = (reports / "site" / "runs" / "0002_after.html").read_text()
    assert page.count("8/9 88.9 % [56.5-98.0], 1 not run") == 3
    case = (reports / "site" / "cases" / f"{two[9]}.html").read_text()
    assert '<td><b class="soft">not run</b></td>' in case
    assert '<td><b class="bad">failed</b></td>' in case


def test_the_page_of_a_comparison_shows_it_for_changed_cases(run, callgate, ids, tmp_path):
    run(missing=[ids[-1]], ran={ids[-1]: "fail"})
    run("after", ran={ids[-1]: "pass"})
    assert callgate("compare", "1", "2", "--html", tmp_path / "c.html")[0] == 0
    page = (tmp_path / "c.html").read_text()
    assert '<p>Run: <b class="bad">failed</b></p>' in page
    assert '<p>Run: <b class="good">passed</b></p>' in page
