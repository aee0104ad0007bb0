import json
from dataclasses import replace
from itertools import pairwise

import mlx.core as mx
import pytest

from pipeline.build.adapters import carry_adapter
from pipeline.cli import main
from pipeline.model.adapter import CONFIG, WEIGHTS, read_adapter
from pipeline.model.loading import load_model
from pipeline.model.train import checkpoint, losses
from pipeline.model.train.manifest import manifest_in
from pipeline.model.train.training import train_adapter

from .conftest import QUICK, row, write_rows


@pytest.fixture
def command(paths):
    """Run `callgate train` on the tiny model and data; later options win."""

    def run(*options: str) -> int:
        quick = (
            *("--iterations", "6", "--batch-size", "2", "--warmup", "1", "--rank", "2"),
            *("--report-every", "2", "--evaluate-every", "4", "--save-every", "2"),
        )
        words = [paths.data, "-o", paths.adapter, "--model", paths.model, *quick, *options]
        return main(["train", *map(str, words)])

    return run


def test_an_adapter_is_learnt_that_mlx_lm_loads(paths):
    manifest = train_adapter(paths, replace(QUICK, learning_rate=3e-3))
    course = losses.read_losses(paths.adapter)
    trained = [report.train_loss for report in course if report.train_loss is not None]
    assert all(after < before for before, after in pairwise(trained))
    assert [report.iteration for report in course if report.valid_loss is not None] == [0, 4, 6]
    assert manifest.train_loss == trained[-1]
    assert manifest.counted_tokens == course[-1].counted_tokens
    assert 0 < manifest.counted_tokens < manifest.tokens
    assert not paths.unfinished.exists()

    from mlx_lm.tuner.utils import load_adapters

    model = load_model(paths.model).model
    before = model(mx.array([[1, 2, 3]]))
    adapted = load_adapters(model, str(paths.adapter))
    assert not mx.allclose(adapted(mx.array([[1, 2, 3]])), before, atol=1e-3).item()


def test_what_is_read_is_counted_over_all_rows_of_the_batches(paths):
    from pipeline.model.chat import render
    from pipeline.model.loading import load_tokenizer

    tokenizer = load_tokenizer(paths.model)
    # Eleven rows in batches of two: six iterations are one epoch.
    manifest = train_adapter(paths, QUICK)
    lines = (paths.data / "train.jsonl").read_text().splitlines()
    assert manifest.tokens == sum(
        len(render(tokenizer, json.loads(line)["messages"], add_generation_prompt=False))
        for line in lines
    )


def test_a_loss_that_is_no_number_stops_the_training(paths, command, capsys):
    assert command("--learning-rate", "1e30") == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "callgate: error: the loss is nan at iteration 2: no checkpoint was written since; train "
        "again with --restart and a lower --learning-rate"
    )
    assert not paths.adapter.exists()
    assert checkpoint.iteration_of(paths.unfinished) == 0


def test_a_loss_that_is_no_number_leaves_the_last_good_checkpoint(
    paths, command, capsys, monkeypatch
):
    stop_after(monkeypatch, 5)
    assert command() == 130
    file = paths.unfinished / checkpoint.NAME
    arrays, metadata = mx.load(str(file), return_metadata=True)
    spoilt = {
        name: array * mx.nan if name.endswith(".m") else array for name, array in arrays.items()
    }
    mx.save_safetensors(str(file), spoilt, metadata)
    before = file.read_bytes()
    assert command() == 2
    assert "error: the loss is nan at iteration 6: " in capsys.readouterr().err
    assert file.read_bytes() == before


def test_data_that_changed_since_the_checkpoint_is_refused(paths, command, capsys, monkeypatch):
    stop_after(monkeypatch, 3)
    assert command() == 130
    write_rows(paths.data / "train.jsonl", [row(number) for number in range(2, 9)])
    assert command("--seed", "5") == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {paths.unfinished}: an unfinished training of other things lies there "
        "(seed 0 instead of 5; other data): ask for the same again to go on with it, or --restart "
        "to throw it away"
    )


def stop_after(monkeypatch, iterations):
    """Press Ctrl-C when so many iterations are over."""
    from mlx_lm.cli_ui import TrainUI

    left = [iterations]
    advance = TrainUI.advance

    def advanced(self):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        advance(self)

    monkeypatch.setattr(TrainUI, "advance", advanced)


def test_an_interrupted_training_says_where_it_goes_on(paths, command, capsys, monkeypatch):
    stop_after(monkeypatch, 5)
    assert command() == 130
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "callgate: the same command goes on after iteration 4 of 6",
        "callgate: interrupted",
    ]
    assert checkpoint.iteration_of(paths.unfinished) == 4


def test_a_damaged_checkpoint_says_what_to_do(paths, command, capsys, monkeypatch):
    stop_after(monkeypatch, 5)
    assert command() == 130
    file = paths.unfinished / checkpoint.NAME
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[: size // 2])
    assert command() == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {file} is truncated: it has {size // 2} bytes of {size}: delete "
        f"{paths.unfinished} to train from the beginning"
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--iterations", "0"), "iterations is 0: it must be at least 1"),
        (("--layers", "3"), "layers is 3: the model has 2 blocks"),
        (
            ("--window", "9"),
            "{data}/train.jsonl: line 1: the row has {first} tokens and the window 9 (11 of 11 "
            "are too long): a cut row teaches to stop in the middle; raise --window to {longest} "
            "or take such rows out",
        ),
    ],
)
def test_settings_that_cannot_be_trained_with_are_refused(paths, command, capsys, options, problem):
    from pipeline.model.chat import render
    from pipeline.model.loading import load_tokenizer

    tokenizer = load_tokenizer(paths.model)
    lengths = [
        len(render(tokenizer, row(number)["messages"], add_generation_prompt=False))
        for number in range(2, 13)
    ]
    assert command(*options) == 2
    expected = problem.format(data=paths.data, first=lengths[0], longest=max(lengths))
    assert capsys.readouterr().err.splitlines()[-1] == f"callgate: error: {expected}"
    assert not paths.adapter.parent.exists()


def test_an_adapter_that_exists_is_not_replaced(paths, command, capsys):
    paths.adapter.mkdir(parents=True)
    assert command() == 2
    assert capsys.readouterr().err == (
        f"callgate: error: {paths.adapter} exists: give another -o, or --overwrite to replace it\n"
    )
    assert list(paths.adapter.iterdir()) == []


def test_data_that_the_audit_finds_errors_in_is_trained_on_only_by_force(paths, command, capsys):
    rows = [row(number) for number in range(2, 13)]
    for number in (0, 1, 2):
        call = rows[number]["messages"][1]
        call["content"] = "I will look. " + call["content"]
    write_rows(paths.data / "train.jsonl", rows)
    found = (
        f"{paths.data}: the audit finds errors in its 14 rows: text before a call "
        "(preamble: 3 rows)"
    )
    assert command() == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {found}: mend it with `callgate clean {paths.data} OUT`, see the rows "
        f"with `callgate audit {paths.data}`, or train on it as it is with --force"
    )
    assert command("--force") == 0
    assert f"callgate: warning: {found}; trained on as it is (--force)\n" in capsys.readouterr().err


@pytest.fixture
def learnt(paths):
    """An adapter of the tiny model, and the paths of a training that goes on from it."""
    train_adapter(paths, QUICK)
    going_on = replace(paths, adapter=paths.adapter.with_name("better"), start=paths.adapter)
    return paths.adapter, going_on


def test_a_training_goes_on_from_the_matrices_of_an_adapter(learnt):
    first, going_on = learnt
    manifest = train_adapter(going_on, replace(QUICK, learning_rate=1e-12))
    begun, ended = (mx.load(str(folder / WEIGHTS)) for folder in (first, going_on.adapter))
    assert begun.keys() == ended.keys()
    assert all(mx.allclose(begun[name], ended[name], atol=1e-6).item() for name in begun)
    before, after = (losses.read_losses(folder) for folder in (first, going_on.adapter))
    assert after[0].valid_loss == pytest.approx(before[-1].valid_loss, rel=1e-5)
    assert manifest.identity.start == read_adapter(first).fingerprint
    assert manifest.start == manifest_in(first)


def test_matrices_stored_in_float16_are_learnt_in_float32(learnt, tmp_path):
    first, going_on = learnt
    half = tmp_path / "half"
    carry_adapter(first, half, "base")
    train_adapter(replace(going_on, start=half), QUICK)
    arrays = mx.load(str(going_on.adapter / WEIGHTS))
    assert {array.dtype for array in arrays.values()} == {mx.float32}


def test_an_interrupted_training_from_an_adapter_goes_on_and_from_another_one_is_refused(
    learnt, command, capsys, monkeypatch, tmp_path
):
    first, going_on = learnt
    unbroken = train_adapter(going_on, QUICK)
    other = tmp_path / "other"
    carry_adapter(first, other, "base")
    stop_after(monkeypatch, 5)
    words = ("-o", tmp_path / "again", "--start", first)
    assert command(*words) == 130
    capsys.readouterr()
    assert command(*words[:-1], other) == 2
    assert "(another adapter to start from): ask for the same again" in capsys.readouterr().err
    assert command(*words) == 0
    again = manifest_in(tmp_path / "again")
    assert again.train_loss == unbroken.train_loss
    assert again.identity == unbroken.identity


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--rank", "4", "rank is 2 and was asked to be 4"),
        ("--scale", "10", "scale is 20.0 and was asked to be 10.0"),
        ("--layers", "1", "layers is 2 and was asked to be 1"),
        ("--keys", "mlp.up_proj", "keys is None and was asked to be ['mlp.up_proj']"),
    ],
)
def test_an_adapter_with_other_matrices_is_not_gone_on_from(
    learnt, command, capsys, option, value, message
):
    first, going_on = learnt
    assert command("-o", going_on.adapter, "--start", first, option, value) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {first / CONFIG}: {message}: the matrices of a training to go on from "
        "stay as they are"
    )


def test_dropout_may_differ_from_the_adapter_gone_on_from(learnt):
    _, going_on = learnt
    train_adapter(going_on, replace(QUICK, dropout=0.5))
    assert read_adapter(going_on.adapter).parameters["dropout"] == 0.5


def test_an_adapter_of_another_base_is_not_gone_on_from(learnt, command, capsys):
    first, going_on = learnt
    made_from = json.loads((first / "train.json").read_text())
    made_from["identity"]["base_fingerprint"] = "0" * 64
    (first / "train.json").write_text(json.dumps(made_from))
    assert command("-o", going_on.adapter, "--start", first) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"callgate: error: {first} was trained on another base than {going_on.model}"
    )
