"""Whatever the wire does to a call, the sign-up comes to a declared state and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.adapters.sandbox import Fault
from esozflow.flow import Moved, Snapshot
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
    "redirected elsewhere": {"kind": "redirect"},
    "beyond the deadline": {"kind": "delay", "seconds": 3},
}
STATUSES = (
    *(200, 201, 202, 204, 301, 302, 303, 304, 307, 308),
    *(400, 401, 403, 404, 405, 408, 409, 415, 422, 424, 429, 500, 502, 503, 504),
)
PATHS = {"register": "/api/pis/confidant/register", "approve": "/oauth/apps/authorize", "exchange": "/oauth/tokens"}
DEADLINE = 1.5
# Where a write ends of which nobody knows whether it was done, and what the page says there.
UNKNOWN = {
    "register": ("register_unknown", "register_unknown"),
    "approve": ("consent", "no_answer"),
    "exchange": ("exchange_unknown", "exchange_unknown"),
}
# Where it ends when the answer says so itself.
REFUSED = {"register": "register_refused", "approve": "consent", "exchange": "exchange_refused"}
# An answer that came and tells enough, or tells what is wrong with it.
ANSWERED = {
    ("approve", "wrong types"): "signed_up",
    ("approve", "missing token"): "redirect_refused",
    ("approve", "redirected elsewhere"): "redirect_refused",
}
NOT_DONE = {"drop before the effect", "redirected elsewhere"}
# Where a call that writes nothing may end: with its answer, or where the user may ask for it again.
READS = {
    "validate": {"validation_unavailable", "validation_refused"},
    "dictionaries": {"signed_up"},
    "client_details": {"signed_up", "consent_unavailable", "client_refused"},
}


def go(given: SimpleNamespace, url: str, moves: list[Moved]) -> tuple[Any, Snapshot[SignUp]]:
    """Walk the whole flow with one act for each page, as far as it goes."""
    settings = Settings(call_deadline=DEADLINE)
    one = given.engine(sign_up(settings), given.gateway(url, sleep=lambda _: None), observers=(moves.append,))
    snapshot = given.whole_at_confirm(one)
    for state, event in (("confirm", Confirm()), ("consent", Accept())):
        if snapshot.state == state:
            snapshot = one.send(snapshot, event)
    if snapshot.state == "redirect":
        back = one.page(snapshot).leads_to.get_secret_value().partition("?")[2]
        state = one.load(snapshot.id).context.oauth_state.get_secret_value()
        back = back.replace("the-state-of-the-pis", state)
        snapshot = one.send(snapshot, CallbackReceived.from_query(back))
    return one, snapshot


def codes(one: Any, snapshot: Snapshot[SignUp]) -> set[str]:
    return {message.code for message in one.page(snapshot).messages}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("how", LOST)
def test_a_lost_or_spoilt_answer_is_told_as_what_it_is(
    given: SimpleNamespace, served: Callable[..., Any], call: str, how: str
) -> None:
    esoz, url = served()
    esoz.script(Fault(endpoint=call, times=1 if call in WRITES else 3, **LOST[how]))
    moves: list[Moved] = []
    one, snapshot = go(given, url, moves)
    if call not in WRITES:
        assert snapshot.state in READS[call]
    elif (call, how) in ANSWERED:
        assert snapshot.state == ANSWERED[call, how]
    else:
        state, says = UNKNOWN[call]
        assert snapshot.state == state
        assert says in codes(one, snapshot)
    assert one.flow.states[snapshot.state].call is None
    if call in WRITES:
        assert esoz.ledger.count(call) == (how not in NOT_DONE)
    assert max(esoz.ledger.count(kind) for kind in WRITES) <= 1
    assert max(esoz.times(path) for path in PATHS.values()) <= 1
    assert max(moved.seconds or 0 for moved in moves) < DEADLINE + 0.5


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("envelope", [True, False], ids=["with an envelope", "without"])
def test_every_status_leads_to_a_page_and_no_write_is_repeated(
    given: SimpleNamespace, served: Callable[..., Any], call: str, status: int, envelope: bool
) -> None:
    esoz, url = served()
    esoz.script(Fault(endpoint=call, kind="status", status=status, envelope=envelope, times=9))
    one, snapshot = go(given, url, [])
    assert one.page(snapshot) is not None
    assert one.flow.states[snapshot.state].call is None
    if call not in WRITES:
        assert snapshot.state in READS[call]
        return
    assert snapshot.state == end_of(call, status, envelope)
    assert esoz.times(PATHS[call]) == 1
    assert esoz.ledger.count(call) == 0


def end_of(call: str, status: int, envelope: bool) -> str:
    if call == "approve" and 300 <= status < 400:
        return "redirect_refused"
    # A redirect, a bare 408 and a bare 5xx come from somebody in between, who does not know what was done.
    told = status >= 400 and (envelope or (status < 500 and status != 408))
    return REFUSED[call] if told else UNKNOWN[call][0]


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_registration_whose_answer_was_a_redirect_is_not_denied(
    given: SimpleNamespace, served: Callable[..., Any], status: int
) -> None:
    esoz, url = served()
    esoz.script(Fault(endpoint="register", kind="redirect", status=status, after_effect=True))
    one, snapshot = go(given, url, [])
    assert esoz.ledger.count("register") == 1
    assert "not_registered" not in codes(one, snapshot)
