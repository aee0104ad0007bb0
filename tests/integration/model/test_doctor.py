import json
import os
import subprocess
import sys

from pipeline.model.doctor import Report

DOCTOR = "import sys; from pipeline.cli import main; sys.exit(main(['doctor', *sys.argv[1:]]))"


def doctor(*options):
    done = subprocess.run(
        [sys.executable, "-c", DOCTOR, *options],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.stderr == ""
    return done.stdout


def test_the_json_is_the_report_and_nothing_else():
    report = Report.model_validate(json.loads(doctor("--json")))
    assert report.schema_version == 1
    assert report.compute is not None
    assert report.compute.gflops > 0
    assert report.versions["mlx"] is not None


def test_the_text_names_device_and_model():
    lines = doctor().splitlines()
    assert lines[1].startswith("device           MLX on ")
    assert any(line.startswith("embedded model   ") for line in lines)
