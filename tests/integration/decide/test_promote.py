"""`callgate promote` and `callgate rollback`."""

import json

import pytest

ROW = {
    "messages": [
        {"role": "user", "content": "What is a tuple?"},
        {"role": "assistant", "content": "An immutable sequence."},
    ]
}


@pytest.fixture
def model(tmp_path):
    """Make the folders that training leaves: data, an adapter with its settings, the model."""

    def make(name):
        data = tmp_path / "data"
        data.mkdir(exist_ok=True)
        (data / "train.jsonl").write_text(json.dumps(ROW) + "\n")
        folder = tmp_path / "models" / name
        for part in ("adapter", "5bit"):
            (folder / part).mkdir(parents=True)
        settings = {"model": "org/base-1B", "data": str(data), "iters": 800, "learning_rate": 1e-4}
        (folder / "adapter" / "adapter_config.json").write_text(json.dumps(settings))
        (folder / "adapter" / "adapters.safetensors").write_text(name)
        return str(folder / "5bit")

    return make


def tags(reports):
    return json.loads((reports / "tags.json").read_text())["tags"]


def test_a_run_that_passed_is_production_and_baseline(run, callgate, reports, ids):
    run(missing=ids[:3])
    code, printed = callgate("promote", "latest")
    assert code == 0, printed
    assert "0001_model is tagged production and baseline" in printed
    assert tags(reports) == {"production": "0001_model", "baseline": "0001_model"}


def test_the_card_tells_data_training_scores_and_failures(run, callgate, reports, ids, model):
    run(missing=ids[:1], model_folder=model("one"))
    assert callgate("promote", "1")[0] == 0
    card = (reports / "0001_model" / "model_card.md").read_text()
    for part in (
        "- base: org/base-1B",
        "- train.jsonl: 1 rows, SHA-256 `",
        "- iters: 800",
        "| overall | ",
        f"- {ids[0].replace('_', chr(92) + '_')} (",
        "mlx_lm.server --model ",
    ):
        assert part in card, card


def test_what_was_not_recorded_is_said_to_be_so(run, callgate, reports):
    run()
    callgate("promote", "1")
    card = (reports / "0001_model" / "model_card.md").read_text()
    assert "- base: not recorded" in card
    assert "## Training settings\n\nNot recorded." in card
    assert "None of the suite." in card


def test_augment_names_the_weakest_categories_and_what_they_lack(run, callgate, reports, of):
    run(missing=[*of("cross_tool")[:8], *of("field_access")[:6]])
    code, printed = callgate("promote", "1")
    assert code == 1
    assert not (reports / "tags.json").exists()
    assert "cross_tool: 2 of 10 strict, 6 more for 80 %; layers that decided: gate 8" in printed
    assert printed.index("cross_tool: 2") < printed.index("field_access: 4")
    assert "Rows to add: calls whose code uses several tools" in printed
    assert "`callgate augment --category cross_tool --count 200 -o FILE`" in printed
    assert "`callgate augment --for-run 0001_model -o FILE`" in printed
    assert (reports / "0001_model" / "next_steps.md").read_text().startswith("# Augment")


def test_augment_parts_multi_turn_into_summaries_and_chains(run, callgate, of):
    run(missing=[*of("chaining")[:2], *of("cross_tool")])
    printed = callgate("promote", "1")[1]
    assert "chaining: 2 of 4 strict, 2 more for 80 %" in printed
    assert "`callgate augment --category chaining --count 50 -o FILE`" in printed
    assert "summary:" not in printed
    assert "multi_turn:" not in printed


def test_investigate_groups_the_failures_by_layer(run, callgate, ids):
    run(missing=ids[:30])
    code, printed = callgate("promote", "1")
    assert code == 1
    assert "Investigate: failures by the layer that decided:" in printed
    assert "gate: 30 cases" in printed


def test_an_override_is_recorded(run, callgate, reports, ids):
    run(missing=ids[:30])
    assert callgate("promote", "1", "--override", " ")[0] == 2
    assert callgate("promote", "1", "--override", "only a demo")[0] == 0
    history = json.loads((reports / "promotions.json").read_text())
    assert history["promotions"][0]["override"] == "only a demo"
    assert "reason: only a demo" in (reports / "0001_model" / "model_card.md").read_text()


def test_a_partial_run_cannot_be_judged(run, callgate, of):
    run(asked=of("multi_turn"))
    assert callgate("promote", "1")[0] == 3


def test_the_adapter_that_served_before_is_archived(run, callgate, reports, model):
    run("one", model_folder=model("one"))
    run("two", model_folder=model("two"))
    callgate("promote", "one")
    callgate("promote", "two")
    archived = reports / "archive" / "0001_one" / "adapter" / "adapters.safetensors"
    assert archived.read_text() == "one"


def test_rollback_restores_what_was_before(run, callgate, reports):
    for name in ("old", "one", "two"):
        run(name)
    callgate("runs", "tag", "old", "baseline")
    callgate("promote", "one")
    callgate("promote", "two")
    assert callgate("rollback")[0] == 0
    assert tags(reports) == {"production": "0002_one", "baseline": "0002_one"}
    assert callgate("rollback")[0] == 0
    assert tags(reports) == {"baseline": "0001_old"}
    code, printed = callgate("rollback")
    assert code == 2
    assert "nothing was promoted, so there is nothing to roll back" in printed


def test_what_a_rollback_needs_is_not_pruned(run, callgate, reports):
    run("one")
    run("two")
    callgate("promote", "one")
    callgate("promote", "two")
    callgate("runs", "prune", "--keep", "0", "--yes")
    assert (reports / "0001_one").is_dir()


def test_a_tag_that_was_moved_since_is_not_overwritten(run, callgate):
    run("one")
    run("two")
    callgate("promote", "one")
    callgate("runs", "tag", "two", "production")
    code, printed = callgate("rollback")
    assert code == 2
    assert "production is 0002_two, and 0001_one was promoted last" in printed


def test_promoting_twice_is_refused(run, callgate):
    run()
    callgate("promote", "1")
    assert "0001_model is in production already" in callgate("promote", "1")[1]
