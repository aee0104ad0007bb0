"""`callgate gate`: each ending has its exit code and its sentence."""

import pytest


@pytest.fixture
def policies(tmp_path):
    """Write a policies file with one policy, `mine`; return the options that choose it."""

    def write(text):
        path = tmp_path / "policies.toml"
        path.write_text(f"[mine]\n{text}\n")
        return ("--policy", "mine", "--policies", path)

    return write


def test_a_gate_that_passed_is_0(run, callgate, ids):
    run(missing=ids[:11])
    code, printed = callgate("gate", "1")
    assert code == 0
    assert printed.endswith("gate deploy: passed\n")


def test_a_gate_that_failed_is_1(run, callgate, ids):
    run(missing=ids[:12])
    code, printed = callgate("gate", "latest")
    assert code == 1
    assert printed.endswith("gate deploy: FAILED: overall 78.9 % < 80 %\n")


def test_what_cannot_be_judged_is_3(run, callgate, of):
    run(asked=of("multi_turn"))
    code, printed = callgate("gate", "1")
    assert code == 3
    assert printed.endswith("not judged (partial): cases are missing for overall\n")


def test_bad_input_is_2(run, callgate, reports):
    run()
    assert callgate("gate", "9") == (
        2,
        f"callgate: error: 9: no such run; the latest in {reports} are: 0001_model\n",
    )


def test_the_lower_bound_is_stricter_than_the_rate(run, callgate, ids, policies):
    run(missing=ids[:11])
    assert callgate("gate", "1", *policies("overall = 80"))[0] == 0
    code, printed = callgate("gate", "1", *policies("overall = 80\nlower_bound = true"))
    assert code == 1
    assert printed.endswith("FAILED: overall 80.7 %, lower bound 68.7 % < 80 %\n")


def test_a_pinned_case_that_is_missed_fails(run, callgate, ids, policies):
    run(missing=ids[:1])
    code, printed = callgate("gate", "1", *policies(f'pinned = ["{ids[0]}", "{ids[1]}"]'))
    assert code == 1
    assert printed.endswith(f"gate mine: FAILED: pinned cases missed: {ids[0]}\n")


def test_a_pinned_case_that_does_not_exist_cannot_be_judged(run, callgate, policies):
    run()
    code, printed = callgate("gate", "1", *policies('pinned = ["no_such_case"]'))
    assert code == 3
    assert "pinned cases that were not asked: no_such_case" in printed


def test_a_category_worse_than_the_baseline_fails(run, callgate, of):
    run("good")
    run("bad", missing=of("single_tool")[:5])
    code, printed = callgate("gate", "bad", "--policy", "no_regression", "--baseline", "good")
    assert code == 1
    assert "single_tool is worse than in 0001_good (5 broken, 0 fixed, p = 0.031)" in printed


def test_a_change_that_may_be_chance_is_not_worse(run, callgate, of):
    run("good")
    run("bad", missing=of("single_tool")[:4])
    code, printed = callgate("gate", "bad", "--policy", "no_regression", "--baseline", "good")
    assert code == 0
    assert "no category is significantly worse than in 0001_good" in printed


def test_without_a_baseline_it_cannot_be_judged(run, callgate):
    run()
    code, printed = callgate("gate", "1", "--policy", "no_regression")
    assert code == 3
    assert "no baseline to compare with: give --baseline RUN" in printed


def test_a_baseline_of_another_prompt_cannot_be_judged(run, callgate):
    run("old", system_prompt="Be brief.")
    run()
    code, printed = callgate("gate", "2", "--policy", "no_regression", "--baseline", "1")
    assert code == 3
    assert "could not judge: 0001_old and 0002_model cannot be compared as they are" in printed


def test_a_policy_for_an_unknown_category_is_named(run, callgate, policies):
    run()
    code, printed = callgate("gate", "1", *policies("cross_tools = 50"))
    assert code == 2
    assert "policy 'mine': no rate is named 'cross_tools'" in printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lower_bound = 1", "key 'lower_bound': must be true or false"),
        ("pinned = 'one'", "key 'pinned': must be a list of case ids"),
    ],
)
def test_a_demand_of_the_wrong_type_is_named(run, callgate, policies, text, message):
    run()
    code, printed = callgate("gate", "1", *policies(text))
    assert code == 2
    assert message in printed


def test_the_table_is_written_as_markdown(run, callgate, tmp_path):
    run()
    callgate("gate", "1", "--markdown", tmp_path / "summary.md")
    assert (tmp_path / "summary.md").read_text().startswith("### callgate 0001_model\n\n| category")
