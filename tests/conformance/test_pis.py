"""Our own PIS conforms, over HTTP; with any of the seeded defects it does not, and the right check says so."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from esozflow.adapters.conformance.pis import CHECKS
from esozflow.adapters.conformance.requirements import PIS
from esozflow.adapters.conformance.running import judge_pis
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.flow import Call, Outcome

from .defects_of_the_pis import DEFECTS
from .seeding import Perform, Seeds, changed, is_call, query_of, with_query
from .sites import bench_of_pis

Sandbox = tuple[str, WatchedEsoz, Path, socket.socket]


def test_our_own_pis_conforms_in_everything(behind_pis: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with bench_of_pis(behind_pis, Seeds(), monkeypatch) as bench:
        report = judge_pis(bench)
    assert report.holds, report.text()
    assert (report.count("does not hold"), report.count("not observed")) == (0, 0), report.text()
    assert {finding.check for one in report.judged for finding in one.findings} == CHECKS.keys()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_seeded_defect_is_caught(name: str, behind_pis: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    defect = DEFECTS[name]
    with bench_of_pis(behind_pis, defect.seeds(), monkeypatch) as bench:
        report = judge_pis(bench, [defect.check])
    assert defect.requirement in report.broken(), report.text()
    assert not report.holds


def _exchanges_no_object(perform: Perform, call: Call) -> Outcome:
    return perform(changed(call, token="the code") if is_call(call, "/oauth/tokens") else call)


def test_a_call_of_another_shape_is_judged_and_not_stumbled_over(
    behind_pis: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench_of_pis(behind_pis, Seeds(calling=_exchanges_no_object), monkeypatch) as bench:
        report = judge_pis(bench, ["exchange-call"])
    assert "4.9.1" in report.broken(), report.text()


def _cautious() -> Seeds:
    """A PIS that takes nothing more once a foreign callback came."""
    alarmed: list[str] = []

    def asking(environ: dict[str, Any]) -> None:
        if environ["PATH_INFO"] == "/oauth/callback":
            if alarmed:
                with_query(environ, [(name, value) for name, value in query_of(environ) if name == "state"])
            alarmed.append(environ["PATH_INFO"])

    return Seeds(asking=asking)


def test_a_pis_that_gives_up_after_a_foreign_callback_is_blamed_for_nothing(
    behind_pis: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench_of_pis(behind_pis, _cautious(), monkeypatch) as bench:
        report = judge_pis(bench, ["foreign-callback"])
    assert report.broken() == set(), report.text()
    assert "which nothing forbids [foreign-callback]" in report.text()


def test_every_check_has_a_defect_that_it_catches() -> None:
    assert {defect.check for defect in DEFECTS.values()} == CHECKS.keys()


def test_every_requirement_but_what_the_others_imply_has_a_defect() -> None:
    assert PIS.keys() - {defect.requirement for defect in DEFECTS.values()} == {"2.2", "2.3", "4.1.2"}
