"""4.1: the link with which a PIS sends its user to the Auth UI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ....states.hand_over import PATH
from ...sandbox import Response
from ..checks import Finding, seen, unseen
from ..requirements import Rule
from .bench import Bench, check

_MANDATORY: Final = ("client_id", "redirect_uri", "scope", "user_data", "token")
_SHORTEST_STATE: Final = 16
"""Characters of a state that can still not be guessed."""
_BY_TOKEN: Final = ("Invalid access token", "Authorization header")
_BY_CONTAINER: Final = ("Invalid signed content", "Not a base64", "Invalid signature", "Malformed encoded content")
"""Texts of ЕСОЗ about what holds the content."""


@check("4.1.4")
def link(bench: Bench) -> Iterator[Finding]:
    """The user is sent out: the address and its parameters."""
    handed_over = bench.walk.handed_over
    address = handed_over.link.partition("?")[0]
    yield seen("4.1.4", "the link leads to the documented page of the Auth UI", address == bench.auth_ui + PATH)
    times = Counter(name for name, _ in handed_over.pairs)
    for name in _MANDATORY:
        is_there = times[name] == 1 and bool(handed_over.query[name])
        yield seen("4.1.4", f"{name} is there once and not empty", is_there)
    query = handed_over.query
    yield seen("4.1.4", "client_id is the PIS's", query.get("client_id") == bench.seed.pis.id)
    yield seen("4.1.4", "redirect_uri is the registered one", query.get("redirect_uri") == bench.redirect_uri)


@check("2.2", "2.3", "4.1.1", "4.1.2", "4.1.3")
def signed_request(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ validates what was handed over: token, signature, signer, and the request."""
    handed_over = bench.walk.handed_over
    is_confidants = handed_over.query.get("token") == bench.seed.confidant.access_token
    yield seen("4.1.1", "token is that of the user who is signed in", is_confidants)
    yield seen("2.2", "token is that of the user who is signed in", is_confidants)
    answered = bench.walk.validated
    signature, content = (None, None) if answered is None else _judged(answered)
    yield Finding(requirement="2.3", says="the request comes signed, and the signature verifies", holds=signature)
    yield Finding(requirement="4.1.3", says="the signature is the confidant's", holds=signature)
    yield Finding(requirement="4.1.2", says="the request is filled in as ЕСОЗ wants it", holds=content)


def _judged(answered: Response) -> tuple[bool | None, bool | None]:
    """Say of signature and content whether ЕСОЗ took them; it looks at the token first, and at the content last."""
    message = str((answered.json().get("error") or {}).get("message"))
    if answered.status == 403 or message.startswith(_BY_TOKEN):
        return None, None
    told = str((answered.json().get("error") or {}).get("invalid")) + message
    if answered.status in (400, 401) or any(text in told for text in _BY_CONTAINER):
        return False, None
    return True, answered.status in (200, 409)


@check(Rule.STATE)
def state_of_the_link(bench: Bench) -> Iterator[Finding]:
    """Two sign-ups are handed over: by the state one is told from the other."""
    states = [bench.hands_over().query.get("state", "") for _ in range(2)]
    if not any(states):
        yield unseen(Rule.STATE, "the link carries no state, and the document does not ask for it")
    else:
        yield seen(Rule.STATE, "state is another one for each sign-up", len(set(states)) == 2)
        yield seen(Rule.STATE, "state is too long to be guessed", min(map(len, states)) >= _SHORTEST_STATE)


@check(Rule.CREDENTIALS)
def private_calls(bench: Bench) -> Iterator[Finding]:
    """What ЕСОЗ hears of a PIS before its user is back."""
    bench.hands_over()
    private = bench.esoz.heard("validate", "register", "approve")
    yield seen(Rule.CREDENTIALS, "the calls of the Auth UI are left to the Auth UI", not private)
    early = bench.esoz.heard("exchange")
    yield seen(Rule.CREDENTIALS, "nothing is exchanged before the user is back", not early)
