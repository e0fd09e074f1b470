"""Text from elsewhere on the pages of an Auth UI: whatever it holds, it is text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from ..checks import Finding, NotObservable, seen
from ..html import Page
from ..requirements import Rule
from ..text import PROBE, is_text
from ..watched import edited
from .bench import SCOPE, Bench, Visit, check


@check(Rule.TEXT)
def hostile_answers(bench: Bench) -> Iterator[Finding]:
    """Names and messages of ЕСОЗ hold markup."""
    visit = bench.opens_after(lambda esoz: esoz.change("validate", edited(_person)))
    yield seen(Rule.TEXT, "a name with markup is shown as text", is_text(visit.page))
    bench.esoz.start_over()
    bench.fault("validate", "status", status=422, message=PROBE)
    visit = bench.also_opens(bench.browser())
    yield seen(Rule.TEXT, "a message of the validation with markup is shown as text", is_text(visit.page))
    visit = bench.opens()
    bench.fault("register", "status", status=422, message=PROBE)
    visit.press("confirm")
    yield seen(Rule.TEXT, "a message of the registration with markup is shown as text", is_text(visit.page))
    visit = bench.at_consent()
    bench.fault("approve", "status", status=422, message=PROBE)
    visit.press("accept")
    yield seen(Rule.TEXT, "a message of the approval with markup is shown as text", is_text(visit.page))


@check(Rule.TEXT)
def hostile_consent(bench: Bench) -> Iterator[Finding]:
    """The name of the client, and those of the scopes, hold markup."""
    for endpoint, edit in _CONSENT.items():
        visit = bench.opens()
        bench.esoz.change(endpoint, edited(edit))
        visit.press("confirm")
        if not visit.has("accept"):
            raise NotObservable("there is no consent page")
        yield seen(Rule.TEXT, f"markup in the answer of {endpoint} is shown as text", is_text(visit.page))


@check(Rule.TEXT)
def hostile_query(bench: Bench) -> Iterator[Finding]:
    """The parameters of the link hold markup."""
    for name in ("client_id", "redirect_uri", "scope", "state", "token"):
        visit = bench.opens({name: PROBE})
        pages = [visit.page, *_later(visit)]
        yield seen(Rule.TEXT, f"markup in {name} is shown as text", all(map(is_text, pages)))


def _later(visit: Visit) -> Iterator[Page]:
    if visit.has("confirm"):
        yield visit.press("confirm").page


def _person(body: dict[str, Any]) -> None:
    body["data"]["person"].update(first_name=PROBE, birth_settlement=PROBE)


def _client(body: dict[str, Any]) -> None:
    body["data"]["name"] = PROBE


def _scopes(body: dict[str, Any]) -> None:
    for dictionary in body["data"]:
        values = dictionary["values"]
        if isinstance(values, dict):
            values.update(dict.fromkeys(SCOPE.split(), PROBE))
        else:
            for one in values:
                one["description"] = PROBE


_CONSENT: Final[dict[str, Callable[[dict[str, Any]], None]]] = {"client_details": _client, "dictionaries": _scopes}
