"""The pages of the site, and what the browser brings to them.

A view does what a form asks for and then shows where the sign-up rests; what comes next is the flow's to decide.
Apart from the return from ЕСОЗ (4.8), which is a GET by RFC 6749, only a POST with the form's token does anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from flask import Response, request, url_for
from werkzeug.exceptions import Forbidden

from ....flow import Conflict, EventRefused, Ids, InvalidInput, Snapshot, StaleRevision, UnknownInstance
from ....states.events import CallbackReceived
from ....states.hand_over import state_foreign
from ....states.redirects import origin_of
from ....states.signup import SignUp
from ....states.texts import Language, render
from ...ui.web.acting import CHECK, Acting, see_other
from ...ui.web.asked import language, notice
from ...ui.web.browser import Browser, is_reference
from ...ui.web.headers import content_security_policy
from ...ui.web.refusals import html_response, refusal
from ...ui.web.rendering import Renderer
from ..people import REQUEST
from . import form
from .acts import Acts, BackEnd, Sent
from .showing import names_for, template_of
from .texts import site_text
from .visits import MOST_SIGN_UPS, Begun, Visit, Visits

COOKIE: Final = "__Host-esozflow-pis"
MAX_FORM: Final = 32 * 1024
"""Bytes of a form. The invented one has about six thousand, percent-encoded."""

_SIGN_IN, _SIGN_OUT = "sign-in", "sign-out"
_PREFILLED: Final = form.entered_from({"person": REQUEST["person"]})
"""The invented request without the two consents: whoever signs gives those."""


class Views:
    """What the addresses of the site lead to. `patience` is in seconds, as in `pis_app`."""

    def __init__(self, behind: BackEnd, visits: Visits, ids: Ids, patience: float) -> None:
        self._behind = behind
        self._engine = behind.engine
        self._visits = visits
        self._ids = ids
        self._acting = Acting(behind.engine, patience)
        self._acts = Acts(behind, self._acting)
        self._renderer = Renderer(Path(__file__).parent / "templates")

    def home(self) -> Response:
        """The way in, or the visitor's sign-ups."""
        browser, visit = self._browser(), self._visit()
        if visit is None:
            response = self._html("pis/sign_in.html", form_token=browser.form_token(_SIGN_IN), **self._of_home())
            browser.remember(response)
            return response
        reference = self._ids.token()
        return self._html(
            "pis/home.html",
            begun=[(_address(one), begun, self._stands_at(signup)) for one, begun, signup in self._there(visit)],
            enough=len(visit.sign_ups) >= MOST_SIGN_UPS,
            reference=reference,
            form_token=browser.form_token(reference),
            sign_out_token=browser.form_token(_SIGN_OUT),
            **self._of_home(),
        )

    def sign_in(self) -> Response:
        """Sign the test confidant in, under a new key: nobody can have known it before."""
        self._sent(_SIGN_IN)
        browser = Browser(self._ids.token(), COOKIE)
        self._visits.begin(browser.id)
        response = see_other(_home())
        browser.remember(response)
        return response

    def sign_out(self) -> Response:
        """Forget the visit, its sign-ups and their tokens, and end their sessions at ЕСОЗ (E11)."""
        self._sent(_SIGN_OUT)
        if visit := self._visit():
            self._acts.end_sessions(visit)
        self._visits.end(self._browser().id)
        response = see_other(_home())
        Browser(self._ids.token(), COOKIE).remember(response)
        return response

    def begin(self) -> Response:
        """Begin a sign-up at the reference that the page brought: sent twice, the form begins one."""
        reference = self._read_form().get("reference", "")
        if not is_reference(reference):
            raise Forbidden
        self._sent(reference)
        visit = self._visit()
        if visit is None or (reference not in visit.sign_ups and len(visit.sign_ups) >= MOST_SIGN_UPS):
            return see_other(_home())
        begun = Begun(id=self._browser().instance(reference), begun_at=self._behind.clock.now(), entered=_PREFILLED)
        with suppress(Conflict):  # it was begun by the same form
            self._engine.begin(begun.id)
        visit.sign_ups.setdefault(reference, begun)
        return see_other(_address(reference))

    def show(self, reference: str) -> Response:
        """The page on which the sign-up rests."""
        visit = self._visit()
        if visit is None:
            return see_other(_home())
        begun = _begun(visit, reference)
        signup = self._acting.settled(begun.id)
        page = self._engine.page(signup)
        if page is None:
            return self._html("esozflow/in_progress.html", check=CHECK, **self._of_form(signup, reference))
        final = self._engine.flow.states[signup.state].final
        if final:
            begun.forget_form()
        response = self._html(
            template_of(page),
            notice=None if final else notice(request),
            invalid={},
            open_until=signup.expires_at,
            way_home=not page.actions,
            **names_for(page, begun, self._behind, language(request)),
            **self._of_form(signup, reference),
        )
        if page.payload or page.leads_to:  # a form of this page leads to the Auth UI
            response.headers["Content-Security-Policy"] = content_security_policy(
                [origin_of(self._behind.client.auth_ui)]
            )
        return response

    def act(self, reference: str) -> Response:
        """Do what the form asks for, if it is the page's own."""
        sent, visit = self._sent(reference), self._visit()
        if visit is None:
            return see_other(_home())
        visit.language = language(request)
        begun = _begun(visit, reference)
        try:
            to_auth_ui = self._acts.perform(begun, sent)
        except Conflict:
            return see_other(_address(reference, notice=StaleRevision.default_code))
        page = self._engine.page(self._engine.load(begun.id)) if to_auth_ui else None
        if page and page.leads_to:
            return see_other(page.leads_to.get_secret_value())
        return see_other(_address(reference))

    def come_back(self) -> Response:
        """4.8: take what the browser brings from the Auth UI, if it is this browser that was sent there."""
        if request.method == "HEAD":  # a program that looks whether the page is there must not use up a code
            return Response()
        visit = self._visit() or Visit(0.0)
        begun, again = None, _home(visit.language)
        try:
            event = _callback(request.query_string)
            reference, signup = self._sent_out(visit, event)
            begun, again = visit.sign_ups[reference], _address(reference, lang=visit.language)
            with suppress(Conflict):  # it was brought twice at the same time
                self._engine.send(signup, event)
        except EventRefused as refused:
            # By a double click, or by going back, a browser brings again what was taken: nothing is done or wrong.
            if begun is None or not self._was_brought(begun):
                response = self._refused(refused, again if begun else None, visit.language)
                response.status_code = 400
                return response
        return see_other(again)

    def refuse(self, error: Exception) -> Response:
        """The page for whatever went wrong."""
        reference = (request.view_args or {}).get("reference")
        again = None if reference is None else _address(str(reference))
        return self._refused(error, again, language(request))

    def _sent_out(self, visit: Visit, event: CallbackReceived) -> tuple[str, Snapshot[SignUp]]:
        """Find the sign-up from which this browser was sent out with the state that it brings."""
        if event.state is None:
            raise EventRefused(state="any", event=type(event).__name__, code="state_missing")
        for reference, _, signup in self._there(visit):
            if not state_foreign.holds(signup.context, event):
                return reference, signup
        raise EventRefused(state="any", event=type(event).__name__, code="state_mismatch")

    def _there(self, visit: Visit) -> Iterator[tuple[str, Begun, Snapshot[SignUp]]]:
        """Give the sign-ups of a visit, by their references, without those that an operator has purged."""
        for reference, begun in [*visit.sign_ups.items()]:
            with suppress(UnknownInstance):
                yield reference, begun, self._engine.load(begun.id)

    def _was_brought(self, begun: Begun) -> bool:
        """Whether the sign-up has had its return from the Auth UI: another one does nothing."""
        return any(move.event == CallbackReceived.__name__ for move in self._engine.journal(begun.id))

    def _stands_at(self, signup: Snapshot[SignUp]) -> str:
        page = self._engine.page(signup)
        return render(page.title, language(request)) if page else ""

    def _browser(self) -> Browser:
        return Browser.of(request, COOKIE, self._ids)

    def _visit(self) -> Visit | None:
        return self._visits.of(self._browser().id)

    def _read_form(self) -> Sent:
        request.max_content_length = MAX_FORM
        return request.form

    def _sent(self, reference: str) -> Sent:
        sent = self._read_form()
        if not self._browser().sent(sent.get("form_token", ""), reference):
            raise Forbidden
        return sent

    def _refused(self, error: Exception, again: str | None, lang: Language) -> Response:
        return refusal(
            self._renderer,
            error,
            lang,
            static=_static(),
            again=again,
            template="pis/site.html",
            inner="esozflow/refused.html",
            way_home=True,
            **_around(lang),
        )

    def _html(self, inner: str, **names: object) -> Response:
        lang = language(request)
        shown = {"way_home": False, "static": _static(), **_around(lang), **names}
        return html_response(self._renderer.html("pis/site.html", lang, inner=inner, **shown))

    def _of_home(self) -> dict[str, object]:
        lang = _shown(language(request))
        to = {name: url_for(name, lang=lang) for name in ("sign_in", "sign_out", "begin")}
        return {"address": url_for("home"), "confidant": self._behind.confidant.name, "to": to}

    def _of_form(self, signup: Snapshot[SignUp], reference: str) -> dict[str, object]:
        return {
            "address": url_for("show", reference=reference),
            "action": _address(reference),
            "form_token": self._browser().form_token(reference),
            "revision": signup.revision,
        }


def _callback(query: bytes) -> CallbackReceived:
    try:
        # A byte that is not UTF-8 becomes a character that no parameter may hold.
        return CallbackReceived.from_query(query.decode("utf-8", "surrogateescape"))
    except InvalidInput:
        pass
    raise EventRefused(state="any", event=CallbackReceived.__name__, code="callback_malformed")


def _begun(visit: Visit, reference: str) -> Begun:
    begun = visit.sign_ups.get(reference)
    if begun is None:
        raise UnknownInstance
    return begun


def _static() -> str:
    return url_for("static", filename="").rstrip("/")


def _around(lang: Language) -> dict[str, object]:
    return {"home": _home(lang), "site": partial(site_text, lang=lang)}


def _home(lang: Language | None = None) -> str:
    return url_for("home", lang=_shown(lang or language(request)))


def _address(reference: str, *, notice: str | None = None, lang: Language | None = None) -> str:
    return url_for("show", reference=reference, lang=_shown(lang or language(request)), notice=notice)


def _shown(lang: Language) -> str | None:
    return None if lang == "uk" else lang
