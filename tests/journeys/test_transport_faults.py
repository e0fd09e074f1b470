"""Whatever the wire does to a call, the sign-up comes to a declared state and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.adapters.sandbox import Fault
from esozflow.flow import Snapshot
from esozflow.states import Accept, CallbackReceived, Confirm, Settings, SignUp, sign_up

CALLS = ("validate", "register", "dictionaries", "client_details", "approve", "exchange")
WRITES = ("register", "approve", "exchange")
LOST: dict[str, dict[str, Any]] = {
    "drop before the effect": {"kind": "drop", "after_effect": False},
    "drop after the effect": {"kind": "drop", "after_effect": True},
    "truncated": {"kind": "truncated"},
    "html": {"kind": "html"},
    "broken json": {"kind": "broken_json"},
    "wrong types": {"kind": "wrong_types"},
    "duplicate keys": {"kind": "duplicate_keys"},
    "missing token": {"kind": "missing_token"},
    "huge": {"kind": "huge", "size": 3 * 1024 * 1024},
    "drip": {"kind": "drip", "seconds": 0.1},
    "gzip bomb": {"kind": "gzip_bomb", "size": 64 * 1024 * 1024},
    "not http": {"kind": "not_http"},
    "beyond the deadline": {"kind": "delay", "seconds": 2},
}
STATUSES = (202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 415, 422, 424, 429, 500, 502, 503, 504)
PATHS = {"register": "/api/pis/confidant/register", "approve": "/oauth/apps/authorize", "exchange": "/oauth/tokens"}
# Where a write ends of which nobody knows whether it was done.
UNKNOWN = {"register": "register_unknown", "approve": "consent", "exchange": "exchange_unknown"}
# An answer that came, but does not lead anywhere, is told as what it is.
ANSWERED = {("approve", "wrong types"), ("approve", "missing token"), ("approve", "html")}


def go(given: SimpleNamespace, url: str) -> tuple[Any, Snapshot[SignUp]]:
    """Walk the whole flow with one act for each page, as far as it goes."""
    one = given.engine(sign_up(Settings(call_deadline=0.6)), given.gateway(url))
    snapshot = given.whole_at_confirm(one)
    for state, event in (("confirm", Confirm()), ("consent", Accept())):
        if snapshot.state == state:
            snapshot = one.send(snapshot.id, event)
    if snapshot.state == "redirect":
        back = one.page(snapshot).leads_to.get_secret_value().partition("?")[2]
        state = one.load(snapshot.id).context.oauth_state.get_secret_value()
        back = back.replace("the-state-of-the-pis", state)
        snapshot = one.send(snapshot.id, CallbackReceived.from_query(back))
    return one, snapshot


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("how", LOST)
def test_a_lost_or_spoilt_answer_is_told_as_what_it_is(
    given: SimpleNamespace, served: Callable[..., Any], call: str, how: str
) -> None:
    esoz, url = served()
    esoz.script(Fault(endpoint=call, **LOST[how]))
    one, snapshot = go(given, url)
    if call in WRITES and (call, how) not in ANSWERED:
        assert snapshot.state == UNKNOWN[call]
    assert one.flow.states[snapshot.state].call is None
    assert one.page(snapshot) is not None
    assert max(esoz.ledger.count(kind) for kind in WRITES) <= 1


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("envelope", [True, False], ids=["with an envelope", "without"])
def test_every_status_leads_to_a_page_and_no_write_is_repeated(
    given: SimpleNamespace, served: Callable[..., Any], call: str, status: int, envelope: bool
) -> None:
    esoz, url = served()
    esoz.script(Fault(endpoint=call, kind="status", status=status, envelope=envelope, times=9))
    one, snapshot = go(given, url)
    assert one.page(snapshot) is not None
    assert one.flow.states[snapshot.state].call is None
    if call in WRITES:
        assert esoz.times(PATHS[call]) == 1
        assert esoz.ledger.count(call) == 0
    else:
        assert snapshot.state in ("validation_refused", "validation_unavailable", "client_refused") or (
            snapshot.state in ("consent_unavailable", "signed_up") and call in ("client_details", "dictionaries")
        )
