from evals.report.site_facts import Measured, page_name, rate_chart


def rate(run, pct):
    return Measured(run, pct, pct / 2, 100)


def test_a_plain_name_is_its_file_name():
    assert page_name("0001_model-5bit") == "0001_model-5bit.html"


def test_a_name_that_would_leave_the_folder_is_replaced():
    for name in ("../../etc/passwd", ".hidden", "a/b", "x" * 200, "<script>"):
        page = page_name(name)
        assert page.removesuffix(".html").isalnum()
        assert len(page) == 21


def test_a_chart_runs_from_left_to_right_and_up():
    chart = rate_chart("overall", [rate("a", 0), rate("b", 50), rate("c", 100)])
    assert [(point.x, point.y) for point in chart.points] == [(0, 100), (50, 50), (100, 0)]
    assert chart.summary == "overall: 0 % in the first of 3 runs, 100 % in the last"


def test_a_single_run_stands_in_the_middle():
    assert rate_chart("overall", [rate("a", 40)]).points[0].x == 50


def test_no_complete_run_is_an_empty_chart():
    assert rate_chart("overall", []).summary == "overall: no run of all its cases"
