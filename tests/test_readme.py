"""What the README shows is run as it is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.demo.scenarios import BY_NAME
from esozflow.adapters.sandbox import Esoz, SandboxSettings, Seed, serve
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.signing import CertificateSigner
from esozflow.states import RegistrationRequest, RequestSigned
from esozflow.states.redirects import with_parameters

README = (Path(__file__).parent.parent / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_embedding_example_walks_from_the_query_to_the_redirect(capsys: pytest.CaptureFixture[str]) -> None:
    example, mounting = EXAMPLES
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
        exec(compile(mounting, "README.md", "exec"), names)
        opened = names["app"].test_client().get(f"/confidant/sign-up?{query}", base_url="https://my.example.ua")
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


def test_every_scenario_that_the_readme_names_exists() -> None:
    named = re.findall(r"--scenario (\S+)", README)
    assert named
    assert set(named) <= BY_NAME.keys()
