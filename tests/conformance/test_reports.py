"""What a report says, and what it never says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from esozflow.adapters.conformance import auth_ui, pis
from esozflow.adapters.conformance.checks import Checks, Finding, NotObservable, Report, SiteFailed, seen, unseen
from esozflow.adapters.conformance.requirements import AUTH_UI, PIS, Rule

WORDS = {"a": "The first.", "b": "The second.", "c": "The third."}
checks: Checks[str] = Checks()


@checks("a", "b")
def goes_on(bench: str) -> Iterator[Finding]:
    """Everything is looked at."""
    yield seen("a", "it is so", True)
    yield seen("b", "it is so", bench == "good")


@checks("a", "c")
def stops(bench: str) -> Iterator[Finding]:
    """It does not come to that."""
    yield seen("a", "it is so", True)
    raise NotObservable("there is no page")


@checks("b")
def stops_late(bench: str) -> Iterator[Finding]:
    """It comes to everything, and not to its end."""
    yield seen("b", "it is so", True)
    raise NotObservable("there is no second page")


@checks("c")
def fails(bench: str) -> Iterator[Finding]:
    """The site does not answer."""
    yield from ()
    raise SiteFailed("The site did not answer.", hint="Look.")


def report(bench: str) -> Report:
    found = [finding for check in checks.all.values() for finding in check.findings(bench)]
    return Report.of("Site", "http://site", WORDS, found)


def test_what_a_check_did_not_come_to_is_unobserved_with_the_reason() -> None:
    assert report("good").text() == (
        "Site at http://site\n\n"
        "holds         a                The first.\n"
        "holds         b                The second.\n"
        "              not observed: there is no second page [stops-late]\n"
        "not observed  c                The third.\n"
        "              not observed: there is no page [stops]\n"
        "              not observed: The site did not answer. [fails]\n\n"
        "3 requirements: 0 do not hold, 1 not observed, 2 hold.\n"
    )


def test_one_thing_that_does_not_hold_decides() -> None:
    bad = report("bad")
    assert (bad.holds, bad.broken(), report("good").holds) == (False, {"b"}, True)
    assert bad.as_json()["requirements"][1] == {
        "id": "b",
        "says": "The second.",
        "verdict": "does not hold",
        "findings": [
            {"check": "goes-on", "says": "it is so", "holds": False},
            {"check": "stops-late", "says": "it is so", "holds": True},
            {"check": "stops-late", "says": "there is no second page", "holds": None},
        ],
    }


def test_a_report_of_nothing_observed_holds_nothing() -> None:
    assert not Report.of("Site", "", WORDS, [unseen("a", "there is no page")]).holds
    assert not Report.of("Site", "", WORDS, []).holds


@pytest.mark.parametrize(
    ("found", "requirements"), [(auth_ui.CHECKS, AUTH_UI), (pis.CHECKS, PIS)], ids=["auth-ui", "pis"]
)
def test_every_check_asks_for_known_requirements_and_all_are_asked_for(
    found: Any, requirements: dict[str, str]
) -> None:
    assert {asked for check in found.values() for asked in check.asks} == requirements.keys()
    assert all(check.says for check in found.values())


def test_every_sentence_of_the_document_is_asked_of_one_party() -> None:
    from esozflow.states.document import SENTENCES

    rules = {str(rule) for rule in Rule}
    assert (AUTH_UI.keys() | PIS.keys()) - rules == SENTENCES.keys()
