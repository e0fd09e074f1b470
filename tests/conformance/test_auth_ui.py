"""Our own Auth UI conforms, over HTTP; with any of the seeded defects it does not, and the right check says so."""

from __future__ import annotations

import pytest

from esozflow.adapters.conformance.auth_ui import CHECKS, once
from esozflow.adapters.conformance.requirements import AUTH_UI
from esozflow.adapters.conformance.running import judge_auth_ui
from esozflow.adapters.conformance.watched import WatchedEsoz
from esozflow.flow import Call, Outcome
from esozflow.states import RegisterAuth, Signer

from .defects_of_the_auth_ui import DEFECTS
from .seeding import Perform, Seeds, changed, is_call
from .sites import CALL_DEADLINE, bench_of_auth_ui

Sandbox = tuple[str, WatchedEsoz, Signer]


def test_our_own_auth_ui_conforms_in_everything(behind_auth_ui: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with bench_of_auth_ui(behind_auth_ui, Seeds(), monkeypatch, call_deadline=CALL_DEADLINE) as bench:
        report = judge_auth_ui(bench)
    assert report.holds, report.text()
    assert (report.count("does not hold"), report.count("not observed")) == (0, 0), report.text()
    assert {finding.check for one in report.judged for finding in one.findings} == CHECKS.keys()


@pytest.mark.parametrize("name", DEFECTS)
def test_a_seeded_defect_is_caught(name: str, behind_auth_ui: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    defect = DEFECTS[name]
    monkeypatch.setattr(once, "SPARE", 0.2)  # a defect shows at once; only what is sound needs time
    with bench_of_auth_ui(behind_auth_ui, defect.seeds(), monkeypatch, call_deadline=0.2) as bench:
        report = judge_auth_ui(bench, [defect.check])
    assert defect.requirement in report.broken(), report.text()
    assert not report.holds


def _approves_no_object(perform: Perform, call: Call) -> Outcome:
    return perform(changed(call, app="all of it") if is_call(call, "/apps/authorize") else call)


def test_a_call_of_another_shape_is_judged_and_not_stumbled_over(
    behind_auth_ui: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench_of_auth_ui(behind_auth_ui, Seeds(calling=_approves_no_object), monkeypatch) as bench:
        report = judge_auth_ui(bench, ["approval-and-redirect"])
    assert "4.7.1" in report.broken(), report.text()


def test_every_check_has_a_defect_that_it_catches() -> None:
    assert {defect.check for defect in DEFECTS.values()} == CHECKS.keys()


def test_every_requirement_but_what_the_others_imply_has_a_defect() -> None:
    assert AUTH_UI.keys() - {defect.requirement for defect in DEFECTS.values()} == {
        "2.1",
        "4.2.0",
        "4.2.2",
        "4.2.4",
        "4.2.5",
    }


@pytest.mark.parametrize("carries", [RegisterAuth.TOKEN_HEADER, RegisterAuth.NONE])
def test_what_authorises_the_registration_may_be_told(
    carries: RegisterAuth, behind_auth_ui: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = Seeds(settings={"register_auth": carries})
    with bench_of_auth_ui(behind_auth_ui, seeds, monkeypatch, register_auth=carries) as bench:
        told = judge_auth_ui(bench, ["registration-call", "credentials"])
    with bench_of_auth_ui(behind_auth_ui, seeds, monkeypatch) as bench:
        untold = judge_auth_ui(bench, ["registration-call"])
    assert (told.broken(), untold.broken()) == (set(), {"4.5.2"}), told.text()
