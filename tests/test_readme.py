"""What the README shows is run as it is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
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
from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed, serve
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.sealing import new_key
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.sql import Database, upgrade
from esozflow.states import sign_up
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


def run(example: str, names: dict[str, Any]) -> None:
    exec(compile(example, "README.md", "exec"), names)


@pytest.mark.usefixtures("_a_store")
def test_the_embedding_examples_walk_from_the_form_to_the_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    at_auth_ui, at_pis, back_at_pis, storing, mounting, _ = EXAMPLES
    seed, authority = Seed(), SandboxAuthority.create()
    esoz = Esoz(SandboxSettings(signature_mode="cms"), seed=seed, trusted=[authority.certificate])
    saved: dict[str, Any] = {}
    with serve(esoz) as base_url:
        names: dict[str, Any] = {
            "__name__": __name__,
            "auth_base_url": base_url,
            "api_base_url": base_url,
            "client_id": seed.pis.id,
            "client_secret": SecretStr(seed.pis.secret),
            "redirect_uri": seed.pis.redirect_uris[0],
            "token": SecretStr(seed.confidant.access_token),
            "form": REQUEST,
            "today": datetime.now(UTC).date(),
            "signer": CertificateSigner(authority.issue(Signatory(drfo=seed.confidant.tax_id))),
            "save": saved.__setitem__,
        }
        run(at_auth_ui.partition("engine =")[0], names)  # the PIS needs its imports too
        run(at_pis, names)
        query = names["auth_ui_url"].get_secret_value().partition("?")[2]
        of_auth_ui = {**names, "query": query}
        run(at_auth_ui, of_auth_ui)
        returned = of_auth_ui["redirect_to"].get_secret_value()
        run(back_at_pis, names | {"query": returned.partition("?")[2]})
        run(storing, of_auth_ui)
        run(mounting, of_auth_ui)
        opened = of_auth_ui["app"].test_client().get(f"/confidant/sign-up?{query}", base_url="https://my.example.ua")
        of_auth_ui["database"].close()
    assert opened.location.startswith("/confidant/sign-up/")
    assert re.fullmatch(r"https://pis\.example\.ua/oauth/callback\?code=[^&]+&state=[^&]+", returned)
    assert "Марко" in capsys.readouterr().out
    assert {kind: esoz.ledger.count(kind) for kind in ("register", "approve", "exchange")} == {
        "register": 1,
        "approve": 1,
        "exchange": 1,
    }
    assert list(saved) == [names["signup"].id]


def test_the_kit_runs_as_it_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": __name__}
    run(EXAMPLES[5], names)
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
