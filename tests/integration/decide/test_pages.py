"""The pages in a real Chromium: nothing executes, nothing breaks, everybody can read them."""

import subprocess
import sys

import pytest

from .browser import ARGUMENTS, find_chromium, open_page
from .conftest import seconds_of_children

HOSTILE = (
    "<script>document.title = 'executed'</script>"
    "<img src=x onerror=\"document.title = 'executed'\"><svg onload=alert(1)>"
    "</pre></div></details></main></body></html><!-- <table><tr>"
    '" onmouseover="alert(1) {{ 7 * 7 }} {% raw %} &lt;b&gt; \x00 \u202e ]]></style>'
)
LONG_LINE = "x" * 100_000


@pytest.fixture(scope="module")
def chromium():
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: install the package chromium, or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, write_run, suite, right_answers):
    """Five runs, the last with hostile answers, and their pages."""
    from pipeline.cli import main

    reports = tmp_path_factory.mktemp("site") / "reports"
    ids = [case.id for case in suite.cases]
    for number, missed in enumerate((30, 25, 25, 12)):
        write_run(reports, f"model-{number}", missing=ids[number : number + missed])
    hostile = {
        ids[0]: (HOSTILE, *right_answers[ids[0]][1:]),
        ids[1]: (LONG_LINE, *right_answers[ids[1]][1:]),
        ids[-1]: tuple(HOSTILE for _ in right_answers[ids[-1]]),
    }
    write_run(reports, "hostile", changed=hostile)
    assert main(["report", "--reports", str(reports)]) == 0
    page = reports / "compare.html"
    assert main(["compare", "1", "latest", "--html", str(page), "--reports", str(reports)]) == 0
    return reports


@pytest.fixture
def pages(site, ids):
    return {
        "index": site / "index.html",
        "run": site / "site" / "runs" / "0005_hostile.html",
        "case": site / "site" / "cases" / f"{ids[0]}.html",
        "compare": site / "compare.html",
    }


KINDS = ("index", "run", "case", "compare")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_answers_neither_execute_nor_break_the_page(chromium, pages, kind):
    context = chromium.new_context()
    opened = open_page(context, pages[kind])
    title = opened.page.title()
    shown = opened.page.locator("footer").count()
    foreign = opened.page.locator("main img, main script, main [onmouseover]").count()
    context.close()
    assert title.startswith("callgate: ")
    assert (opened.messages, opened.requests) == ([], [pages[kind].as_uri()])
    assert (shown, foreign) == (1, 0)


def test_hostile_answers_are_shown_as_they_are(chromium, pages, ids):
    context = chromium.new_context()
    page = open_page(context, pages["run"]).page
    page.locator(f"#{ids[0]} summary").click()
    text = page.locator(f"#{ids[0]} pre").first.text_content()
    context.close()
    # HTML has no NUL: a browser drops it.
    assert text.strip() == HOSTILE.replace("\x00", "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("scheme", "width"), [("dark", 1200), ("light", 390)])
def test_axe_finds_nothing_and_nothing_overflows(chromium, pages, kind, scheme, width):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = open_page(context, pages[kind]).page
    violations = Axe().run(page).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()
    assert [(found["id"], found["impact"]) for found in violations] == []
    assert not wide


def test_the_table_filters_by_category_tool_layer_outcome_and_text(chromium, pages, suite):
    context = chromium.new_context()
    page = open_page(context, pages["index"]).page
    form = page.locator("#case-filters")

    def shown():
        return page.locator("table[data-filtered] tbody tr:visible").count()

    assert shown() == len(suite.cases)
    form.locator("[name=category]").select_option("cross_tool")
    assert shown() == 10
    form.locator("[name=category]").select_option("")
    form.locator("[name=tool]").select_option("git_log")
    assert 0 < shown() < 10
    form.locator("[name=tool]").select_option("")
    form.locator("[name=outcome]").select_option("failed")
    assert shown() == 3
    form.locator("[name=layer]").select_option("gate")
    assert 0 < shown() <= 3
    form.locator("[name=outcome]").select_option("")
    form.locator("[name=layer]").select_option("")
    form.locator("[name=text]").fill(suite.cases[0].id.upper())
    assert shown() == 1
    assert form.locator("output").text_content() == f"1 of {len(suite.cases)} shown"
    context.close()


def test_the_keyboard_reaches_the_content_first(chromium, pages):
    context = chromium.new_context()
    page = open_page(context, pages["index"]).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    context.close()


def test_every_link_leads_to_a_page_that_is_there(chromium, pages):
    context = chromium.new_context()
    for kind in KINDS:
        page = open_page(context, pages[kind]).page
        targets = page.evaluate("[...document.links].map(link => link.href)")
        missing = page.evaluate(
            "[...document.querySelectorAll('a[href^=\"#\"]')]"
            ".filter(link => !document.querySelector(link.hash)).length"
        )
        assert missing == 0
        for target in {target.partition("#")[0] for target in targets}:
            assert target.startswith("file://")
            assert (pages["index"].parent / target.partition("/reports/")[2]).is_file(), target
    context.close()


def test_a_report_is_written_again_over_the_old_one(run, callgate, reports):
    run()
    assert callgate("report")[0] == 0
    run("two")
    code, printed = callgate("report")
    assert (code, printed) == (0, f"2 runs, 57 cases: {reports / 'index.html'}\n")
    names = sorted(path.name for path in (reports / "site" / "runs").iterdir())
    assert names == ["0001_model.html", "0002_two.html"]
    assert not list(reports.glob(".*"))


def test_a_run_cut_short_is_named_on_the_page(run, callgate, reports):
    run()
    (run("cut") / "results.json").write_text("{")
    code, printed = callgate("report")
    assert code == 0
    assert "left out 0002_cut: " in printed
    assert "0002_cut" in (reports / "index.html").read_text()


def test_no_run_at_all_is_a_page_that_says_so(callgate, reports):
    reports.mkdir()
    assert callgate("report")[0] == 0
    assert "There is no run yet" in (reports / "index.html").read_text()


def test_pages_of_many_runs_stay_small(write_run, tmp_path, ids):
    reports = tmp_path / "reports"
    for number in range(40):
        write_run(reports, f"model-{number}", missing=ids[number % 9 : 30])
    before = seconds_of_children()
    code = f"from pipeline.cli import main; main(['report', '--reports', {str(reports)!r}])"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    # The goal, 20 s and 2 MB, is for 200 runs.
    assert seconds_of_children() - before < 8
    assert (reports / "index.html").stat().st_size < 400_000
