"""`esozflow conform` as it is used: our own commands as the parties under test, and what is wrong with the input."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from esozflow.adapters.cli.app import app
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.serving.process import ServingProcess
from esozflow.adapters.serving.server import served

SEED = Seed()


@pytest.fixture
def port() -> Iterator[str]:
    """A free port, kept for the sandbox of the command."""
    with socket.socket() as reservation:
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reservation.bind(("127.0.0.1", 0))
        yield str(reservation.getsockname()[1])


def conform(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["conform", *map(str, arguments)])


AUTH_UI_CHECKS = (
    *("missing-parameter", "validation-call", "patient-data", "registration-call", "one-time-password"),
    *("consent-page", "approval-and-redirect"),
)


def only(*checks: str) -> list[str]:
    return [word for check in checks for word in ("--check", check)]


def environment(**variables: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ESOZFLOW_")}
    return clean | {f"ESOZFLOW_{name}": value for name, value in variables.items()}


def of_auth_ui(port: str) -> dict[str, str]:
    base_url = f"http://127.0.0.1:{port}"
    known = f"{SEED.pis.id}={SEED.pis.redirect_uris[0]}"
    return environment(AUTH_BASE_URL=base_url, API_BASE_URL=base_url, KNOWN_REDIRECTS=known, STORE="memory")


def test_esozflow_auth_ui_is_judged_as_a_process_of_its_own(port: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with ServingProcess("auth-ui", environment=of_auth_ui(port)) as auth_ui:
        done = conform("auth-ui", auth_ui.base_url, "--sandbox-port", port, "--json", report, *only(*AUTH_UI_CHECKS))
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines() == [f"{check} …" for check in AUTH_UI_CHECKS]
    told = json.loads(report.read_text())
    assert (told["target"], told["url"], told["holds"]) == ("Auth UI", auth_ui.base_url, True)
    assert told["counts"]["does not hold"] == 0
    held = {one["id"] for one in told["requirements"] if one["verdict"] == "holds"}
    assert held > {"4.2.1", "4.3.1", "4.4.1", "4.5.2", "4.6.3", "4.7.2", "4.8.1"}
    assert "not observed: the page asks for no OTP, which is optional [one-time-password]" in done.output
    assert f"38 requirements: 0 do not hold, {38 - len(held)} not observed, {len(held)} hold." in done.output
    assert SEED.confidant.access_token not in report.read_text() + done.output


def test_esozflow_pis_is_judged_as_a_process_of_its_own(port: str, tmp_path: Path) -> None:
    with socket.socket() as of_pis:
        of_pis.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        of_pis.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{of_pis.getsockname()[1]}"
        redirect_uri, base_url = f"{url}/oauth/callback", f"http://127.0.0.1:{port}"
        common = ("pis", url, "--redirect-uri", redirect_uri, "--sandbox-port", port, "--keys", tmp_path / "keys")
        configuration = conform(*common, "--configuration")
        assert configuration.exit_code == 0
        told = dict(line.split(maxsplit=1) for line in configuration.output.splitlines() if line.startswith("client_"))
        variables = environment(
            AUTH_BASE_URL=base_url,
            API_BASE_URL=base_url,
            AUTH_UI_BASE_URL="http://127.0.0.1:8809",
            CLIENT_ID=told["client_id"],
            CLIENT_SECRET=told["client_secret"],
            REDIRECT_URI=redirect_uri,
            SCOPE="person:details_pis",
            SIGNING_KEY=str(tmp_path / "keys" / "confidant.pem"),
            PORT=url.rpartition(":")[2],
        )
        with ServingProcess("pis", environment=variables):
            done = conform(*common)
    assert done.exit_code == 0, done.output
    assert "17 requirements: 0 do not hold, 0 not observed, 17 hold." in done.output


def test_what_does_not_hold_is_told_by_the_exit_status(port: str) -> None:
    variables = of_auth_ui(port) | {"ESOZFLOW_REGISTER_AUTH": "token_header"}
    with ServingProcess("auth-ui", environment=variables) as auth_ui:
        done = conform("auth-ui", auth_ui.base_url, "--sandbox-port", port, "--check", "registration-call")
    assert done.exit_code == 1
    assert "not so: Authorization is the jwt [registration-call]" in done.output


def test_an_auth_ui_that_calls_another_back_end_is_told_so(port: str) -> None:
    with ServingProcess("auth-ui", environment=of_auth_ui("1")) as auth_ui:
        done = conform("auth-ui", auth_ui.base_url, "--sandbox-port", port)
    assert done.exit_code == 2
    assert "made no call to the sandbox" in done.output
    assert "--configuration" in done.output


def _says_hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<p>Hello</p>"]


def test_a_pis_whose_pages_are_other_ones_is_told_so(port: str, tmp_path: Path) -> None:
    mapping = tmp_path / "pages.toml"
    mapping.write_text('steps = [{ press = "Sign in" }]\n')
    with served(_says_hello, threads=1) as url:
        redirect_uri = f"{url}/oauth/callback"
        options = ("--redirect-uri", redirect_uri, "--sandbox-port", port, "--keys", tmp_path, "--mapping", mapping)
        done = conform("pis", url, *options)
    assert done.exit_code == 2
    assert "The page of step 1 has no button 'Sign in'" in done.output


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:1", "Nothing can be judged at http://127.0.0.1:1. The site did not answer"),
        ("ftp://127.0.0.1", "ftp://127.0.0.1 is no base URL"),
        ("127.0.0.1:8809", "127.0.0.1:8809 is no base URL"),
        ("http://127.0.0.1:99999999", "is no base URL"),
        ("http://127.0.0.1/?a=b", "is no base URL"),
        ("http://127.0.0.1/a b", "is no base URL"),
        ("http://user:canary@127.0.0.1:1", "names no user"),
    ],
)
def test_a_url_without_a_site_is_told_so(port: str, url: str, told: str) -> None:
    done = conform("auth-ui", url, "--sandbox-port", port)
    assert done.exit_code == 2
    assert told in done.output
    assert "canary" not in done.output


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("confirm = [", "cannot be read"),
        ('confirms = "Yes"', "may hold path, confirm, decline, accept, reject, otp"),
        ("confirm = 7", "is not usable"),
    ],
)
def test_a_mapping_that_is_none_is_told_so(port: str, tmp_path: Path, content: str, told: str) -> None:
    mapping = tmp_path / "pages.toml"
    mapping.write_text(content)
    done = conform("auth-ui", "http://127.0.0.1:1", "--sandbox-port", port, "--mapping", mapping)
    assert done.exit_code == 2
    assert told in done.output


def test_a_redirect_uri_elsewhere_is_refused(port: str, tmp_path: Path) -> None:
    where = ("--redirect-uri", "https://pis.example.ua/callback", "--sandbox-port", port, "--keys", tmp_path)
    done = conform("pis", "http://127.0.0.1:1", *where)
    assert done.exit_code == 2
    assert "does not lead to this machine" in done.output


def test_a_check_that_does_not_exist_is_told_with_those_that_do(port: str) -> None:
    done = conform("auth-ui", "http://127.0.0.1:1", "--sandbox-port", port, "--check", "everything")
    assert done.exit_code == 2
    assert "There is no check everything" in done.output
    assert "missing-parameter" in done.output


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = conform("auth-ui", "http://127.0.0.1:1", "--sandbox-port", port)
    assert done.exit_code == 2
    assert f"cannot listen on port {port}" in done.output


def test_a_report_that_cannot_be_written_is_told(port: str, tmp_path: Path) -> None:
    done = conform("auth-ui", "http://127.0.0.1:1", "--sandbox-port", port, "--json", tmp_path / "no" / "report.json")
    assert done.exit_code == 2
    assert f"There is no folder {tmp_path / 'no'}" in done.output.replace("\n", "")


def test_a_folder_of_keys_that_cannot_be_used_is_told(port: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    where = ("--redirect-uri", "http://127.0.0.1:1/cb", "--sandbox-port", port, "--keys", tmp_path / "file" / "keys")
    done = conform("pis", "http://127.0.0.1:1", *where)
    assert done.exit_code == 2
    assert "cannot be read or written" in done.output


def test_how_to_configure_an_auth_ui_is_told_without_starting_anything() -> None:
    done = conform("auth-ui", "http://127.0.0.1:1", "--sandbox-port", "8899", "--configuration")
    assert done.exit_code == 0
    assert "ESOZFLOW_AUTH_BASE_URL=http://127.0.0.1:8899 ESOZFLOW_API_BASE_URL=http://127.0.0.1:8899" in done.output
    assert f"ESOZFLOW_KNOWN_REDIRECTS={SEED.pis.id}={SEED.pis.redirect_uris[0]}" in done.output
