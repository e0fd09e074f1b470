"""The commands, as a person runs them."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from esozflow.adapters.demo.scenarios import SCENARIOS
from esozflow.adapters.sandbox import Seed

COMMAND = [sys.executable, "-m", "esozflow.adapters.cli"]


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, text=True, timeout=90, check=False)


def test_the_demonstration_shows_nine_sections_in_order_and_masked_tokens() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(4\.\d) ", done.stdout, re.MULTILINE) == [f"4.{n}" for n in range(1, 10)]
    assert re.search(r"access_token: •{8} \(\d+ characters\)", done.stdout)
    assert "register 1, approve 1, exchange 1" in done.stdout
    assert leaks(done) == []


def leaks(done: subprocess.CompletedProcess[str]) -> list[str]:
    pis, confidant = Seed().pis, Seed().confidant
    secrets = (pis.secret, confidant.access_token, confidant.tax_id, confidant.first_name, confidant.last_name)
    return [one for one in secrets if one and one in done.stdout + done.stderr]


def test_json_is_one_object_a_move_and_the_summary_goes_to_standard_error() -> None:
    done = run("demo", "--json")
    assert done.returncode == 0, done.stderr
    moves = [json.loads(line) for line in done.stdout.splitlines()]
    assert {tuple(move) for move in moves} == {("section", "actor", "state", "event", "to", "call", "status")}
    assert moves[0]["state"] == "prepare"
    assert moves[-1]["to"] == "signed_up"
    assert list(dict.fromkeys(move["section"] for move in moves)) == [f"4.{n}" for n in range(1, 10)]
    assert json.loads(done.stderr)["ledger"] == {"register": 1, "approve": 1, "exchange": 1}
    assert leaks(done) == []


def test_the_list_names_every_scenario() -> None:
    listed = run("demo", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [one.name for one in SCENARIOS]


def test_an_unknown_scenario_is_told_before_anything_starts() -> None:
    done = run("demo", "--scenario", "nothing")
    assert done.returncode == 2
    assert "There is no scenario 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_user_of_the_auth_ui_can_be_asked_in_the_terminal() -> None:
    done = run("demo", "--interactive", "--lang", "en", given="1\n\n1\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Марко" in done.stdout
    assert "калина2015" not in done.stdout
    assert "→ signed_up" in done.stdout


def test_who_is_asked_may_end_it_as_they_like() -> None:
    done = run("demo", "--interactive", "--lang", "en", given="1\n2\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "→ decline_redirect" in done.stdout
    assert "other than the scenario goes: ended in" in done.stdout
    assert "NOT AS DOCUMENTED" not in done.stdout


def test_the_sandbox_makes_private_keys_serves_and_stops_when_told(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0", "--keys", str(keys)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    with process.stdout:
        first = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert url, first
        assert requests.get(f"{url[0]}/sandbox/ledger", timeout=10).json()["counts"]["register"] == 0
        assert {file.name: file.stat().st_mode & 0o777 for file in keys.iterdir()} == {
            "authority.pem": 0o600,
            "confidant.pem": 0o600,
        }
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    assert process.wait(10) == 0


def test_a_redirect_uri_that_leaves_the_machine_is_refused_without_a_traceback(tmp_path: Path) -> None:
    done = run("sandbox", "--keys", str(tmp_path / "keys"), "--redirect-uri", "https://pis.example.com/callback")
    assert done.returncode == 2
    assert "this machine" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_is_none_is_refused_without_a_traceback(tmp_path: Path, port: str) -> None:
    done = run("sandbox", "--keys", str(tmp_path / "keys"), "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "keys").exists()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("sandbox", "--keys", str(tmp_path / "keys"), "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on port {port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--trusted", "missing.pem"), "cannot be read"),
        (("--trusted", "junk"), "holds no certificates"),
        (("--keys", "junk/keys"), "cannot be read or written"),
    ],
)
def test_keys_that_cannot_be_used_are_told_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, str], told: str
) -> None:
    (tmp_path / "junk").write_text("no PEM")
    option, name = arguments
    done = run("sandbox", "--port", "0", option, str(tmp_path / name))
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_key_file_that_was_open_to_others_is_closed_before_the_key_is_written(tmp_path: Path) -> None:
    confidant = tmp_path / "confidant.pem"
    confidant.touch(0o644)
    with socket.create_server(("127.0.0.1", 0)) as taken:  # the keys are made before the port is asked for
        run("sandbox", "--keys", str(tmp_path), "--port", str(taken.getsockname()[1]))
    assert confidant.stat().st_size > 0
    assert confidant.stat().st_mode & 0o777 == 0o600


def test_without_the_extra_the_command_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['typer'] = None; from esozflow.adapters.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "pip install 'esozflow[cli]'" in done.stderr
