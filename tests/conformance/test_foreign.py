"""An Auth UI of another make is judged by its behaviour: it conforms, whatever its pages look like."""

from __future__ import annotations

from pathlib import Path

from esozflow.adapters.conformance.auth_ui import Bench
from esozflow.adapters.conformance.mapping import AuthUiMapping, read_mapping
from esozflow.adapters.conformance.running import judge_auth_ui
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.adapters.serving.server import served
from esozflow.states import Signer

from .foreign_auth_ui import MAPPING, Foreign
from .sites import REDIRECT_URI, THREADS


def test_an_auth_ui_of_another_make_conforms(behind_auth_ui: tuple[str, WatchedEsoz, Signer], tmp_path: Path) -> None:
    url, esoz, signer = behind_auth_ui
    (tmp_path / "pages.toml").write_text(MAPPING)
    mapping = read_mapping(AuthUiMapping, tmp_path / "pages.toml")
    with served(Foreign(url, REDIRECT_URI).app, threads=THREADS) as site:
        report = judge_auth_ui(Bench(site, esoz, signer=signer, mapping=mapping))
    assert (report.broken(), report.count("not observed")) == (set(), 0), report.text()
