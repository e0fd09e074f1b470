"""What the README shows is run as it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from pydantic import SecretStr
from typer.testing import CliRunner

from esozflow.adapters.cli.app import app
from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.demo.scenarios import BY_NAME
from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed, serve
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sealing import new_key
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.sql import Database, upgrade
from esozflow.states import RegistrationRequest, RequestSigned, SignUp, auth_ui, sign_up
from esozflow.states.redirects import with_parameters
from esozflow.states.testing import walked

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def _a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the commands of the README make."""
    url = f"sqlite:///{tmp_path}/sign-ups.db"
    monkeypatch.setenv("ESOZFLOW_STORE", url)
    monkeypatch.setenv("ESOZFLOW_KEYS", new_key().get_secret_value())
    with Database(SecretStr(url)) as database:
        upgrade(database)


@pytest.mark.usefixtures("_a_store")
def test_the_embedding_example_walks_from_the_query_to_the_redirect(capsys: pytest.CaptureFixture[str]) -> None:
    example, storing, mounting, _ = EXAMPLES
    seed, authority = Seed(), SandboxAuthority.create()
    signer = CertificateSigner(authority.issue(Signatory(drfo=seed.confidant.tax_id)))
    signed = RequestSigned.of(signer.sign(RegistrationRequest.read(REQUEST).to_signed_json()))
    esoz = Esoz(SandboxSettings(signature_mode="cms"), seed=seed, trusted=[authority.certificate])
    query = with_parameters(
        "",
        [
            ("client_id", seed.pis.id),
            ("redirect_uri", seed.pis.redirect_uris[0]),
            ("scope", "person:details_pis"),
            ("user_data", signed.user_data.get_secret_value()),
            ("token", seed.confidant.access_token),
            ("state", "xyz"),
        ],
    ).removeprefix("?")
    with serve(esoz) as base_url:
        names: dict[str, Any] = {
            "__name__": __name__,
            "auth_base_url": base_url,
            "api_base_url": base_url,
            "query": query,
        }
        exec(compile(example, "README.md", "exec"), names)
        exec(compile(storing, "README.md", "exec"), names)
        exec(compile(mounting, "README.md", "exec"), names)
        opened = names["app"].test_client().get(f"/confidant/sign-up?{query}", base_url="https://my.example.ua")
        names["database"].close()
    assert opened.location.startswith("/confidant/sign-up/")
    assert re.fullmatch(
        r"https://pis\.example\.ua/oauth/callback\?code=[^&]+&state=xyz", names["redirect_to"].get_secret_value()
    )
    assert "Марко" in capsys.readouterr().out
    assert {kind: esoz.ledger.count(kind) for kind in ("register", "approve", "exchange")} == {
        "register": 1,
        "approve": 1,
        "exchange": 0,
    }


def test_the_kit_runs_as_it_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": __name__, "HttpGateway": HttpGateway, "SignUp": SignUp, "auth_ui": auth_ui}
    exec(compile(EXAMPLES[3], "README.md", "exec"), names)
    names["TestMyGateway"]().test_a_refusal_is_an_answer_with_its_error()
    quick = settings(max_examples=5, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(names["Lives"], settings=quick)
    assert capsys.readouterr().out.startswith("transitions: 62 of 62")


def test_the_figures_of_the_walks_are_those_of_the_walks() -> None:
    for coverage in walked(sign_up()).coverages:
        assert f"{coverage.done} of {coverage.all_}" in README


def test_every_command_for_the_store_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"esozflow ((?:store|keys) \w+|list|history|purge)\b", README))
    assert named == {"store upgrade", "store reseal", "keys new", "list", "history", "purge"}
    for command in named:
        assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0


def test_every_scenario_that_the_readme_names_exists() -> None:
    named = re.findall(r"--scenario (\S+)", README)
    assert named
    assert set(named) <= BY_NAME.keys()
