"""What an experiment is told as: tables, sentences, and a section between its marks."""

import pytest

from evals.experiment.text import answers_of, rows_of, section_of, text_of, write_section
from fixtures import CallgateError


def test_the_table_has_a_row_for_each_arm(record):
    head, first, second = rows_of(record, "quantized")
    assert head[:3] == ("arm", "strict by seed", "mean")
    assert first == ("augmented", "1 2", "37.5 %", "11.1 to 74.2", "", "", "3 2", "1 1")
    assert second == (
        *("cleaned", "3 3", "75.0 %", "30.1 to 95.4"),
        *("+37.5", "-9.4 to +84.4", "0 0", "0 0"),
    )


def test_columns_are_aligned_on_a_terminal(record):
    lines = text_of(record)
    assert lines[0] == "5 bits in groups of 64:"
    assert lines[1].index("mean") == lines[2].index("37.5 %") == lines[3].index("75.0 %")
    assert "single_tool  2      75 %       100 %" in lines


def test_the_answers_say_what_each_arm_and_quantizing_changed(record):
    assert answers_of(record) == [
        "cleaned (every fixer) against augmented: +37.5 points (95 % interval -9.4 to +84.4; zero "
        "is inside: not enough to be sure), +1.5 of 4 cases.",
        "Answers with text before a call, mean over seeds: augmented 2.5, cleaned 0.0.",
        "Answers that announce a call and make none, mean over seeds: augmented 1.0, cleaned 0.0; "
        "fused: augmented 0.0, cleaned 0.0.",
        "5 bits against fused, over all arms and seeds: -12.5 points (95 % interval -26.6 to +1.6; "
        "zero is inside: not enough to be sure), -0.5 of 4 cases.",
    ]


def test_a_section_names_command_plot_and_record(record):
    section = section_of(record, "images/small.svg", "../reports/experiments/small.json")
    assert "![strict by arm and seed](images/small.svg)" in section
    assert "| augmented | 1 2 | 37.5 % | 11.1 to 74.2 |  |  | 3 2 | 1 1 |" in section
    assert "- **cleaned**: every fixer; 5 rows to train on" in section
    assert section.endswith(
        "Made by `callgate experiment preambles --arms augmented,cleaned --seeds 2`. What every "
        "run missed stands in [small.json](../reports/experiments/small.json); `callgate "
        "experiment preambles --from reports/experiments/small.json` makes these tables of it.\n"
    )


def test_a_section_is_put_between_its_marks_and_nothing_else_changes(tmp_path):
    document = tmp_path / "experiments.md"
    document.write_text(
        "# Before\n<!-- experiment small -->\nold\n<!-- end of experiment small -->\nAfter\n"
    )
    write_section(document, "small", "new\n")
    assert document.read_text() == (
        "# Before\n<!-- experiment small -->\nnew\n<!-- end of experiment small -->\nAfter\n"
    )


def test_a_document_without_the_marks_is_left_as_it_is(tmp_path):
    document = tmp_path / "experiments.md"
    document.write_text("# Before\n")
    with pytest.raises(CallgateError) as problem:
        write_section(document, "small", "new\n")
    assert str(problem.value) == (
        f"{document}: put <!-- experiment small --> and <!-- end of experiment small --> where "
        "the section shall stand"
    )
    assert document.read_text() == "# Before\n"
