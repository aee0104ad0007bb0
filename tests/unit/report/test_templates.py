import pytest
from jinja2 import UndefinedError

from pipeline.templates import template_environment


@pytest.fixture
def render(tmp_path):
    def rendered(template, *, autoescape=True, **names):
        (tmp_path / "page").write_text(template)
        environment = template_environment(tmp_path, autoescape=autoescape)
        return environment.get_template("page").render(names)

    return rendered


def test_what_a_page_inserts_is_escaped(render):
    assert render("<b>{{ text }}</b>", text="<script>") == "<b>&lt;script&gt;</b>"


def test_a_card_inserts_what_is_there(render):
    assert render("{{ text }}", text="a < b", autoescape=False) == "a < b"


def test_lines_of_instructions_leave_no_trace(render):
    assert render("{% if yes %}\n  {% if yes %}\ndone\n  {% endif %}\n{% endif %}", yes=True) == (
        "done\n"
    )


def test_a_name_that_nothing_defines_is_an_error(render):
    with pytest.raises(UndefinedError, match="'text' is undefined"):
        render("{{ text }}")
