import json

import pytest

from fixtures import CallgateError
from pipeline.model.train.workers import (
    check_workers,
    read_hosts,
    run_workers,
    workers_on_this_machine,
)


@pytest.mark.parametrize(
    ("batch_size", "found", "wanted", "message"),
    [
        (3, 2, 2, "batch_size is 3: it must be a multiple of the workers (2)"),
        (
            4,
            1,
            2,
            "1 of 2 workers found each other: see that the hosts can reach each other",
        ),
        (4, 0, 0, "--workers is 0: it must be at least 1"),
    ],
)
def test_workers_that_cannot_share_a_batch_are_refused(batch_size, found, wanted, message):
    with pytest.raises(CallgateError) as caught:
        check_workers(batch_size, found, wanted)
    assert str(caught.value) == message


def test_one_process_alone_shares_its_machine_with_no_other(monkeypatch):
    monkeypatch.delenv("MLX_HOSTFILE", raising=False)
    assert workers_on_this_machine() == 1


@pytest.mark.parametrize(("rank", "beside"), [("0", 2), ("1", 2), ("2", 1)])
def test_workers_of_one_address_share_a_machine(tmp_path, monkeypatch, rank, beside):
    file = tmp_path / "hosts.json"
    file.write_text(json.dumps([["10.0.0.1:5000"], ["10.0.0.1:5001"], ["10.0.0.2:5002"]]))
    monkeypatch.setenv("MLX_HOSTFILE", str(file))
    monkeypatch.setenv("MLX_RANK", rank)
    assert workers_on_this_machine() == beside


def test_a_hostfile_names_an_address_for_each_worker(tmp_path):
    file = tmp_path / "hosts.json"
    hosts = [{"ssh": "first", "ips": ["10.0.0.1"]}, {"ssh": "second", "ips": ["10.0.0.2"]}]
    file.write_text(json.dumps(hosts))
    assert read_hosts(file) == ["10.0.0.1", "10.0.0.2"]
    file.write_text(json.dumps({"hosts": hosts, "backend": "ring"}))
    assert read_hosts(file) == ["10.0.0.1", "10.0.0.2"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('[{"ssh": "first"}]', "KeyError('ips')"),
        ("3", "TypeError(\"'int' object is not iterable\")"),
    ],
)
def test_a_file_that_is_no_hostfile_is_refused_with_an_example(tmp_path, content, problem):
    file = tmp_path / "hosts.json"
    file.write_text(content)
    with pytest.raises(CallgateError) as caught:
        read_hosts(file)
    assert str(caught.value) == (
        f"{file}: no hostfile of mlx.launch ({problem}): it is a list such as "
        '[{"ssh": "first", "ips": ["10.0.0.1"]}, {"ssh": "second", "ips": ["10.0.0.2"]}]'
    )


def test_a_hostfile_of_one_host_is_refused(tmp_path):
    file = tmp_path / "hosts.json"
    file.write_text('[{"ssh": "first", "ips": ["10.0.0.1"]}]')
    with pytest.raises(CallgateError) as caught:
        read_hosts(file)
    assert str(caught.value) == f"{file}: names 1 hosts: two at least make a ring"


def test_what_all_workers_find_wrong_is_said_once(capfd):
    assert run_workers(3, ["train", "data"]) == 2
    assert capfd.readouterr() == (
        "",
        "callgate: error: -o is missing: `callgate train DATA -o DIR`, or -c FILE\n",
    )


def test_the_first_worker_alone_writes_to_standard_output(capfd):
    assert run_workers(2, ["train", "--help"]) == 0
    assert capfd.readouterr().out.count("usage: callgate train") == 1
