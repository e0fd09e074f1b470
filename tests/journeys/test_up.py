"""The whole of it as processes: `esozflow up`, and the web parts alone."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import requests

from esozflow.adapters.demo.ensemble import Ensemble
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sealing import new_key
from esozflow.adapters.serving.process import ProcessFailed, ServingProcess
from esozflow.adapters.ui.web.headers import SECURITY_HEADERS

from ..adapters.scripted_server import Peer, Received, ScriptedServer, answer
from ..sizes import some

COMMAND = [sys.executable, "-m", "esozflow.adapters.cli"]
FREE_PORTS = ("--sandbox-port", "0", "--auth-ui-port", "0", "--pis-port", "0")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ESOZFLOW_")}
NOWHERE = "http://127.0.0.1:1"
CANARY = "canary-2c9e"
HANG = 60.0
"""Seconds after which a test gives up."""


def get(url: str) -> requests.Response:
    with requests.Session() as http:
        http.trust_env = False
        return http.get(url, timeout=HANG, allow_redirects=False)


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = ENVIRONMENT | {f"ESOZFLOW_{name}": value for name, value in variables.items()}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )


@contextmanager
def up(
    log: Path, *, start_new_session: bool = False, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run `esozflow up` on free ports, as a person does, and give it with the addresses that it prints."""
    environment = ENVIRONMENT | {f"ESOZFLOW_{name}": value for name, value in variables.items()}
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*COMMAND, "up", *FREE_PORTS],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=start_new_session,
        ) as process,
    ):
        assert process.stdout
        try:
            lines = [process.stdout.readline() for _ in range(3)]
            yield process, {line.split("  ")[0]: re.findall(r"http://127\.0\.0\.1:\d+", line)[0] for line in lines}
        finally:
            process.kill()


def children(process: subprocess.Popen[str]) -> dict[str, int]:
    """Give the processes that `process` has started, by their command."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_text().split("\0")
        except (OSError, ValueError):  # it has just ended
            continue
        if parent == process.pid:
            found[command[3]] = int(folder.name)
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def all_end(pids: dict[str, int]) -> bool:
    until = time.monotonic() + HANG
    while time.monotonic() < until:
        if not any(lives(pid) for pid in pids.values()):
            return True
        time.sleep(0.05)
    return False


of_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")


def test_the_three_parts_know_each_other_and_answer_with_every_header(tmp_path: Path) -> None:
    # What the user's environment says of other machines does not get in.
    elsewhere = {
        "AUTH_BASE_URL": "https://auth.example.ua",
        "CA_BUNDLE": "/nowhere",
        "HOST": "0.0.0.0",
        "PORT": "1",
        "CLIENT_SECRET": CANARY,
        "KNOWN_REDIRECTS": "nonsense",
        "STORE": "nonsense",
        "KEYS": CANARY,
        "KEYS_FILE": "/nowhere",
    }
    log = tmp_path / "log"
    with up(log, **elsewhere) as (_, urls):
        assert list(urls) == ["PIS", "Auth UI", "ЕСОЗ sandbox"]
        assert get(urls["ЕСОЗ sandbox"] + "/sandbox/ledger").json()["counts"]["register"] == 0
        home, nowhere = get(urls["PIS"]), get(urls["Auth UI"])
        assert (home.status_code, nowhere.status_code) == (200, 404)
        for page in (home, nowhere):
            assert {name: page.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "Server" not in page.headers
    assert CANARY not in log.read_text()


def test_the_secret_query_is_read_once_and_is_in_no_line_of_the_log(tmp_path: Path) -> None:
    seed = Seed()
    log = tmp_path / "log"
    with up(log) as (process, urls):
        query = f"client_id={seed.pis.id}&redirect_uri={quote(urls['PIS'] + '/oauth/callback', safe='')}&scope=a&token="
        opened = get(f"{urls['Auth UI']}/confidant/sign-up?{query}{CANARY}&user_data={'%2B' * 65536}")
        assert opened.status_code == 303
        assert CANARY not in opened.headers["Location"]
        assert "?" not in opened.headers["Location"]
        too_long = get(f"{urls['Auth UI']}/confidant/sign-up?{CANARY}{'a' * 600_000}")
        assert too_long.status_code == 431
        assert CANARY not in too_long.text
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG) == 0
    moves = [json.loads(line) for line in log.read_text().splitlines()]
    assert [move["state"] for move in moves][:2] == ["validate_params", "init_validation"]
    assert {"event", "instance", "section", "actor", "level", "timestamp"} <= moves[0].keys()
    assert CANARY not in log.read_text()


@of_linux
@pytest.mark.parametrize("number", some([signal.SIGTERM, signal.SIGINT]))
def test_told_to_stop_all_three_stop_in_order(tmp_path: Path, number: signal.Signals) -> None:
    log = tmp_path / "log"
    with up(log) as (process, _):
        started = children(process)
        assert started.keys() == {"sandbox", "auth-ui", "pis"}
        process.send_signal(number)
        assert process.wait(HANG) == 0
        assert not any(lives(pid) for pid in started.values())
    assert log.read_text() == ""


@of_linux
def test_ctrl_c_at_a_terminal_is_for_it_alone_and_is_no_failure(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with up(log, start_new_session=True) as (process, _):
        started = children(process)
        assert process.pid not in {os.getpgid(pid) for pid in started.values()}
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(HANG) == 0
    assert log.read_text() == ""


@of_linux
def test_killed_it_leaves_no_process_behind(tmp_path: Path) -> None:
    with up(tmp_path / "log") as (process, _):
        started = children(process)
        process.kill()
        assert len(started) == 3
        assert all_end(started)


@of_linux
@pytest.mark.parametrize("name", some(["auth-ui", "sandbox", "pis"]))
def test_one_that_ends_takes_the_others_along_and_is_told(tmp_path: Path, name: str) -> None:
    log = tmp_path / "log"
    with up(log) as (process, _):
        started = children(process)
        os.kill(started[name], signal.SIGKILL)
        assert process.wait(HANG) == 2
        assert not any(lives(pid) for pid in started.values())
    assert f"`esozflow {name}` has ended by itself, with status -9." in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("option", some(["--pis-port", "--auth-ui-port", "--sandbox-port"]))
def test_a_port_that_is_taken_is_told_and_nothing_is_left_running(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("up", *FREE_PORTS, option, str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "port" in done.stderr
    assert f"`esozflow {option[2:-5]}` did not start." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_slip_in_the_environment_is_told_by_whom_it_concerns() -> None:
    done = run("up", *FREE_PORTS, ASK_OPT="true")
    assert done.returncode == 2
    assert "ESOZFLOW_ASK_OPT is no setting of esozflow. Did you mean ESOZFLOW_ASK_OTP?" in done.stderr
    assert "`esozflow auth-ui` did not start." in done.stderr
    assert "Traceback" not in done.stderr


NEEDED = {"AUTH_BASE_URL": NOWHERE, "API_BASE_URL": NOWHERE}
IN_MEMORY = "sign-ups are kept in memory"


def served_alone(tmp_path: Path, **variables: str) -> str:
    """Serve the Auth UI for a moment, and give what it said."""
    environment = ENVIRONMENT | {f"ESOZFLOW_{name}": value for name, value in {**NEEDED, **variables}.items()}
    with (tmp_path / "log").open("w") as log:
        done = subprocess.run(
            [*COMMAND, "auth-ui", "--json"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            timeout=HANG,
            check=True,
        )
    assert json.loads(done.stdout)["base_url"]
    return (tmp_path / "log").read_text()


def test_that_sign_ups_are_only_in_memory_is_said_once_unless_it_is_meant(tmp_path: Path) -> None:
    [line] = served_alone(tmp_path).splitlines()
    assert json.loads(line)["event"].startswith(IN_MEMORY)
    assert "ESOZFLOW_STORE" in line
    assert served_alone(tmp_path, STORE="memory") == ""


def test_a_database_is_used_when_it_is_ready_and_what_is_wrong_with_it_is_told(tmp_path: Path) -> None:
    store = {"STORE": f"sqlite:///{tmp_path}/one.db", "KEYS": new_key().get_secret_value()}
    for variables, told in (
        (store, "The store has no tables yet"),
        (store | {"STORE": f"postgresql://nobody:{CANARY}@127.0.0.1:1/none"}, "The store cannot be reached"),
    ):
        done = run("auth-ui", "--json", **NEEDED, **variables)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr
        assert CANARY not in done.stderr
    assert run("store", "upgrade", STORE=store["STORE"]).returncode == 0
    assert served_alone(tmp_path, **store) == ""


def test_a_program_gets_the_addresses_as_json_and_stops_it_with_its_input() -> None:
    with ServingProcess("up", *FREE_PORTS, environment=ENVIRONMENT) as process:
        assert get(process.base_url).status_code == 200
        port = urlsplit(process.base_url).port
    assert process.ended() == 0
    with socket.create_server(("127.0.0.1", port or 0)):
        pass  # the port is free again


def test_an_ensemble_tells_who_has_ended() -> None:
    with Ensemble() as ensemble:
        ensemble.check()
        assert get(ensemble.auth_ui).status_code == 404
        ensemble._processes[1].stop()
        with pytest.raises(ProcessFailed, match=r"`esozflow auth-ui` has ended by itself, with status 0"):
            ensemble.check()


@pytest.mark.parametrize(("command", "missing"), [("auth-ui", 2), ("pis", 8)])
def test_what_is_missing_is_told_at_once_and_without_a_traceback(command: str, missing: int) -> None:
    done = run(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count(" is missing. Write ") == missing
    assert "ESOZFLOW_AUTH_BASE_URL is missing. Write the address of ЕСОЗ's authorisation server" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["auth-ui", "pis"])
def test_the_variables_are_explained(command: str) -> None:
    done = run(command, "--variables")
    assert done.returncode == 0
    assert re.search(r"^ESOZFLOW_AUTH_BASE_URL\n    .*\(needed\)$", done.stdout, re.MULTILINE)


def test_the_auth_ui_alone_is_served_until_it_is_told_to_stop() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    variables = {"AUTH_BASE_URL": NOWHERE, "API_BASE_URL": NOWHERE, "PORT": str(port)}
    environment = ENVIRONMENT | {f"ESOZFLOW_{name}": value for name, value in variables.items()}
    with subprocess.Popen([*COMMAND, "auth-ui"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == f"Auth UI  http://127.0.0.1:{port}   (Ctrl-C stops it)\n"
        assert get(f"http://127.0.0.1:{port}/confidant/sign-up").status_code == 303
        taken = run("auth-ui", **variables)
        process.send_signal(signal.SIGTERM)
        assert process.wait(HANG) == 0
    assert taken.returncode == 2
    assert f"127.0.0.1, port {port}: the port is taken" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_while_esoz_hangs_three_quarters_of_the_threads_wait_for_it_and_the_others_show_pages() -> None:
    threads, calls = 24, 18
    reached, go = threading.Semaphore(0), threading.Event()
    query = "client_id=a&redirect_uri=https://pis.example.ua/&scope=a&user_data=AAAA&token=a"

    def hang(peer: Peer, _: Received) -> None:
        reached.release()
        assert go.wait(HANG)
        peer.send(answer(422))

    with ScriptedServer(hang) as esoz:
        variables = {"AUTH_BASE_URL": esoz.url, "API_BASE_URL": esoz.url, "THREADS": str(threads)}
        variables["CALL_DEADLINE_SECONDS"] = str(5 * HANG)
        environment = ENVIRONMENT | {f"ESOZFLOW_{name}": value for name, value in variables.items()}
        with ServingProcess("auth-ui", environment=environment) as process:
            address = f"{process.base_url}/confidant/sign-up?{query}"
            callers = [threading.Thread(target=get, args=(address,)) for _ in range(calls)]
            for one in callers:
                one.start()
            for _ in callers:
                assert reached.acquire(timeout=HANG)

            assert get(f"{process.base_url}/confidant/static/pages.css").status_code == 200
            assert get(address).status_code == 303
            assert len(esoz.requests) == calls
            go.set()
            for one in callers:
                one.join()
    assert len(esoz.requests) == calls


def test_a_command_that_never_gets_ready_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esozflow.adapters.serving.process.START_SECONDS", 0.01)
    process = ServingProcess("sandbox", "--signatures", "plain", environment=ENVIRONMENT)
    with pytest.raises(ProcessFailed, match="`esozflow sandbox` did not start"), process:
        pass
    assert process.ended() == -signal.SIGKILL


@of_linux
def test_a_command_that_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esozflow.adapters.serving.process.STOP_SECONDS", 0.1)
    with ServingProcess("sandbox", "--signatures", "plain", environment=ENVIRONMENT) as process:
        assert process._process
        process._process.send_signal(signal.SIGSTOP)
    assert process.ended() == -signal.SIGKILL


def test_a_process_that_was_never_started_stops_without_ado() -> None:
    process = ServingProcess("sandbox")
    process.stop()
    assert process.ended() is None


def test_what_only_some_commands_need_is_loaded_by_none_of_the_others() -> None:
    loaded = "sorted({'flask', 'waitress', 'pydantic_settings', 'jsonschema', 'sqlalchemy'} & set(sys.modules))"
    code = f"import sys; from esozflow.adapters.cli.app import app; print({loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG, check=False)
    assert done.stdout.strip() == "[]", done.stderr
