"""What the forms of a sign-up can ask for: an event of the flow, or something to be done with its tokens (4.1, 4.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pydantic import SecretStr
from werkzeug.datastructures import MultiDict

from ....flow import CallInProgress, Clock, Conflict, Engine, Event, EventRefused, FlowError, InvalidInput, Port
from ....states.events import EditAgain, RequestFilled, RequestSigned, Retry, SigningFailed
from ....states.ports import Signer
from ....states.signup import PisClient, SignUp
from ....states.texts import REASONS
from ...oauth import NotDone, log_out, refresh
from ...ui.web.acting import CHECK, Acting
from ...ui.web.rendering import KYIV
from ...vault import MemoryVault
from . import form
from .visits import Begun, Visit

Sent = MultiDict[str, str]
GO_ON: Final = "GoOn"
REFRESH: Final = "Refresh"
LOG_OUT: Final = "LogOut"
_OF_THE_PAGE: Final = frozenset({"form_token", "revision", "action"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidant:
    """The invented person who signs in: a confidant with an access token of ЕСОЗ, and the person's id there."""

    name: str
    person_id: str
    access_token: SecretStr = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackEnd:
    """What stands behind the pages: the PIS as ЕСОЗ knows it, who signs in, and what the site works with."""

    client: PisClient
    confidant: Confidant
    engine: Engine[SignUp]
    esoz: Port
    signer: Signer
    vault: MemoryVault
    clock: Clock


class Acts:
    """Does what a form asks for by its action: the name of the event, where the act is an event of the flow."""

    def __init__(self, behind: BackEnd, acting: Acting) -> None:
        self._behind = behind
        self._acting = acting
        self._acts: Mapping[str, Callable[[Begun, Sent], None]] = {
            RequestFilled.__name__: self._fill_in,
            RequestSigned.__name__: self._sign,
            EditAgain.__name__: partial(self._send, EditAgain()),
            Retry.__name__: partial(self._send, Retry()),
            GO_ON: self._go_on,
            CHECK: lambda begun, sent: self._check(begun),
            REFRESH: self._refresh,
            LOG_OUT: self._log_out,
        }

    def perform(self, begun: Begun, sent: Sent) -> bool:
        """Do it; what was done already, by the same form sent twice, is not done again.

        Says whether the browser is now to be where the page leads: at the Auth UI. Raises `EventRefused` for what no
        page offers, and what the engine raises: `Conflict` when the form is older than the page.
        """
        action = sent.get("action", "")
        act = self._acts.get(action)
        if act is None:
            raise EventRefused(state="any", event="an action that no page offers")
        try:
            act(begun, sent)
        except CallInProgress:  # the page waits for it
            return False
        except Conflict:
            if not self._is_repeated(begun, sent):
                raise
        return action in (RequestSigned.__name__, GO_ON)

    def end_sessions(self, visit: Visit) -> None:
        """End the sessions at ЕСОЗ whose tokens are kept for a visit that is to be forgotten.

        Nobody waits for more than one that cannot be ended: it, and those after it, end there in their own time.
        """
        for begun in list(visit.sign_ups.values()):
            kept = self._behind.vault.tokens(begun.id)
            if kept and isinstance(log_out(self._behind.esoz, kept, instance=begun.id), NotDone):
                return

    def _is_repeated(self, begun: Begun, sent: Sent) -> bool:
        # Two tabs can have filled in the same form differently: what the second typed must not go unnoticed.
        fills_in_anew = sent["action"] == RequestFilled.__name__ and _entered(sent) != begun.entered
        return self._acting.is_repeated(begun.id, sent) and not fills_in_anew

    def _fill_in(self, begun: Begun, sent: Sent) -> None:
        signup = self._acting.seen(begun.id, sent)
        begun.entered = _entered(sent)
        begun.problems = ()
        today = self._behind.clock.now().astimezone(KYIV).date()
        confidant = self._behind.confidant
        try:
            filled = form.read(begun.entered, today=today, signed_in_person_id=confidant.person_id)
        except InvalidInput as refused:
            begun.problems = refused.problems
            return
        event = RequestFilled(client=self._behind.client, token=confidant.access_token, request=filled, filled_on=today)
        self._behind.engine.send(signup, event)
        begun.patient = f"{filled.person.last_name} {filled.person.first_name}"

    def _sign(self, begun: Begun, sent: Sent) -> None:
        signup = self._acting.seen(begun.id, sent)
        page = self._behind.engine.page(signup)
        if page is None or page.payload is None:
            raise EventRefused(state=signup.state, event=RequestSigned.__name__)
        event = self._signed(page.payload.get_secret_value().encode())
        self._behind.engine.send(signup, event)
        if isinstance(event, RequestSigned):
            begun.forget_form()

    def _signed(self, content: bytes) -> RequestSigned | SigningFailed:
        try:
            return RequestSigned.of(self._behind.signer.sign(content))
        except FlowError as error:
            return SigningFailed(code=error.code if error.code in REASONS else "signer")

    def _send(self, event: Event, begun: Begun, sent: Sent) -> None:
        self._behind.engine.send(self._acting.seen(begun.id, sent), event)

    def _go_on(self, begun: Begun, sent: Sent) -> None:
        self._acting.seen(begun.id, sent)

    def _check(self, begun: Begun) -> None:
        self._behind.engine.resume(begun.id)

    def _refresh(self, begun: Begun, sent: Sent) -> None:
        self._acting.seen(begun.id, sent)
        kept = self._behind.vault.tokens(begun.id)
        if kept is None:
            return
        outcome = refresh(self._behind.esoz, kept, client_id=self._behind.client.client_id, instance=begun.id)
        if isinstance(outcome, NotDone):
            begun.told, begun.not_done = "not_refreshed", outcome
        else:
            # What was forgotten meanwhile, by a log-out in another tab, stays forgotten.
            self._behind.vault.replace(begun.id, kept, outcome)
            begun.told, begun.not_done = "refreshed", None

    def _log_out(self, begun: Begun, sent: Sent) -> None:
        self._acting.seen(begun.id, sent)
        kept = self._behind.vault.tokens(begun.id)
        if kept is None:
            return
        outcome = log_out(self._behind.esoz, kept, instance=begun.id)
        if isinstance(outcome, NotDone):
            begun.told, begun.not_done = "not_logged_out", outcome
        else:
            self._behind.vault.forget(begun.id)


def _entered(sent: Sent) -> form.Entered:
    return form.entered((name, one) for name, one in sent.items(multi=True) if name not in _OF_THE_PAGE)
