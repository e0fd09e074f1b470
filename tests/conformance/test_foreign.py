"""An Auth UI and a PIS of another make are judged by what they do: they conform, whatever their pages look like."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from esozflow.adapters.conformance import auth_ui, pis
from esozflow.adapters.conformance.mapping import AuthUiMapping, PisMapping, read_mapping
from esozflow.adapters.conformance.running import judge_auth_ui, judge_pis
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.adapters.sandbox.keys import CONFIDANT_KEY
from esozflow.adapters.serving.server import served
from esozflow.adapters.signing import CertificateSigner, SigningIdentity
from esozflow.states import Signer

from . import foreign_auth_ui, foreign_pis
from .sites import AUTH_UI, REDIRECT_URI, THREADS


def test_an_auth_ui_of_another_make_conforms(behind_auth_ui: tuple[str, WatchedEsoz, Signer], tmp_path: Path) -> None:
    url, esoz, signer = behind_auth_ui
    (tmp_path / "pages.toml").write_text(foreign_auth_ui.MAPPING)
    mapping = read_mapping(AuthUiMapping, tmp_path / "pages.toml")
    with served(foreign_auth_ui.Foreign(url, REDIRECT_URI).app, threads=THREADS) as site:
        report = judge_auth_ui(auth_ui.Bench(site, esoz, signer=signer, mapping=mapping))
    assert (report.broken(), report.count("not observed")) == (set(), 0), report.text()


@pytest.mark.parametrize("apart", [False, True], ids=["one-port", "callback-at-another-port"])
def test_a_pis_of_another_make_conforms_as_far_as_it_shows(
    behind_pis: tuple[str, WatchedEsoz, Path, socket.socket], tmp_path: Path, apart: bool
) -> None:
    url, esoz, keys, listening = behind_pis
    base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    redirect_uri = esoz.seed.loopback_redirect_uris[0]
    (tmp_path / "pages.toml").write_text(foreign_pis.MAPPING)
    mapping = read_mapping(PisMapping, tmp_path / "pages.toml")
    signer = CertificateSigner(SigningIdentity.from_pem((keys / CONFIDANT_KEY).read_bytes()))
    foreign = foreign_pis.ForeignPis(url, AUTH_UI, f"{redirect_uri}/back", signer)
    with (
        served(foreign.app, listening=listening.dup(), threads=THREADS),
        served(foreign.app, threads=THREADS) as elsewhere,
    ):
        base_url = elsewhere if apart else base_url
        report = judge_pis(
            pis.Bench(base_url, esoz, auth_ui=AUTH_UI, redirect_uri=foreign.redirect_uri, mapping=mapping)
        )
    unseen = {one.id for one in report.judged if one.verdict == "not observed"}
    assert (report.broken(), unseen) == (set(), {"4.9.2", "rule.state"}), report.text()
    assert report.holds
