"""One sign-up, walked by two organisations and the browser between them.

The PIS and the Auth UI are two engines that share nothing: all that passes between them is the URL of 4.1 and the
redirect URL of 4.8, carried by the browser that this module stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ...flow import Engine, InvalidInput, Move, Moved, Observer, Snapshot, UsageError, UserInterface, play
from ...states.events import CallbackReceived, HandedOver, Opened, OpenedMalformed
from ...states.names import Actor, Name
from ...states.signup import SignUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One organisation: its engine, its user's interface."""

    engine: Engine[SignUp]
    ui: UserInterface


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where both parties stand at the end; `auth_ui` is absent when its page was never reached.

    `refusal` is what refused the URL that the browser brought, if anything did.
    """

    pis: Snapshot[SignUp]
    auth_ui: Snapshot[SignUp] | None
    refusal: UsageError | None = None


class Observed:
    """Turns what both engines report into the moves of the whole flow, in order.

    The PIS itself moves from where it waits; in the whole flow the browser brings that event from the state where
    the Auth UI let it go.
    """

    def __init__(self, watch: Observer) -> None:
        self._watch = watch
        self._let_go: Name | None = None

    def __call__(self, moved: Moved) -> None:
        if moved.move.event == CallbackReceived.__name__ and self._let_go is not None:
            left = moved.move._replace(from_state=self._let_go, section="4.8", actor=Actor.AUTH_UI)
            moved = replace(moved, move=left)
        self._watch(moved)

    def hands_over(self, snapshot: Snapshot[SignUp], first: Snapshot[SignUp]) -> None:
        """Report that the browser left the PIS for the Auth UI."""
        self._watch(
            Moved(
                id=snapshot.id,
                move=Move(
                    revision=snapshot.revision,
                    event=HandedOver.__name__,
                    from_state=snapshot.state,
                    to_state=first.state,
                    section="4.1",
                    actor=Actor.PIS,
                    at=first.entered_at,
                ),
            )
        )

    def lets_go(self, snapshot: Snapshot[SignUp]) -> None:
        """Note from which state the Auth UI sends the browser back."""
        self._let_go = Name(snapshot.state)


def walk(pis: Party, auth_ui: Party, observed: Observed, *, browser: Callable[[str], str] = lambda url: url) -> Journey:
    """Walk one sign-up from the PIS's form to wherever it ends; `browser` may tamper with each URL on its way."""
    at_pis = play(pis.engine, pis.engine.begin().id, pis.ui)
    url = _leads_to(pis.engine, at_pis)
    if url is None:
        return Journey(pis=at_pis, auth_ui=None)
    at_auth_ui = auth_ui.engine.begin()
    observed.hands_over(at_pis, at_auth_ui)
    auth_ui.engine.send(at_auth_ui, _opened(_query(browser(url))))
    at_auth_ui = play(auth_ui.engine, at_auth_ui.id, auth_ui.ui)
    back = _leads_to(auth_ui.engine, at_auth_ui)
    if back is None:
        return Journey(pis=at_pis, auth_ui=at_auth_ui)
    observed.lets_go(at_auth_ui)
    try:
        pis.engine.send(at_pis, CallbackReceived.from_query(_query(browser(back))))
    except UsageError as refusal:
        return Journey(pis=at_pis, auth_ui=at_auth_ui, refusal=refusal)
    return Journey(pis=play(pis.engine, at_pis.id, pis.ui), auth_ui=at_auth_ui)


def _opened(query: str) -> Opened | OpenedMalformed:
    try:
        return Opened.from_query(query)
    except InvalidInput as refusal:
        return OpenedMalformed.of(refusal)


def _leads_to(engine: Engine[SignUp], snapshot: Snapshot[SignUp]) -> str | None:
    page = engine.page(snapshot)
    return page.leads_to.get_secret_value() if page and page.leads_to else None


def _query(url: str) -> str:
    return url.partition("?")[2]
