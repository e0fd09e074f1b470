"""The Auth UI in the browser (4.2 – 4.8): one address to open, one page for each sign-up, one form on it.

A view sends the event that the form names, and shows the page on which the sign-up then rests; what comes next is
the flow's to decide. GET moves nothing but what the opening of 4.1 asks for; POST is answered with 303.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.exceptions import Forbidden, MethodNotAllowed, NotFound, default_exceptions

from ....flow import (
    CallInProgress,
    Conflict,
    Engine,
    EventRefused,
    Ids,
    InvalidInput,
    Message,
    Page,
    RandomIds,
    Snapshot,
    StaleRevision,
    UnknownInstance,
    UsageError,
)
from ....flow.wiring import expect
from ....states.events import Opened, OpenedMalformed
from ....states.hand_over import PATH
from ....states.names import Name
from ....states.redirects import origin_of
from ....states.signup import SignUp
from ....states.texts import Language, render
from ....states.texts_problems import PROBLEMS
from .acting import CHECK, PATIENCE, Acting, see_other
from .asked import asked, language, notice
from .browser import Browser, is_reference
from .headers import content_security_policy, secured
from .refusals import html_response, refusal
from .rendering import Renderer

NAME: Final = "esozflow_auth_ui"
COOKIE: Final = "__Host-esozflow-sign-up"
STATIC: Final = "/confidant/static"
_READS: Final = ("GET", "HEAD")
# All of them are ours to refuse: a host's own page might lack the headers, and the address has a secret query.
_METHODS: Final = (*_READS, "POST", "PUT", "PATCH", "DELETE")
MAX_FORM: Final = 16 * 1024
"""Bytes of a form: a token, a revision, an action and a code have some hundred."""


def auth_ui_pages(engine: Engine[SignUp], *, ids: Ids | None = None, patience: float = PATIENCE) -> Blueprint:
    """Give the Auth UI as a blueprint: `GET /confidant/sign-up` with the parameters of 4.1, and what follows.

    `engine` runs `states.auth_ui()`. `ids` makes the keys of browsers and the addresses of sign-ups. `patience` is
    in seconds: so long a page waits for a call that another request has under way before it says so. Raises
    `UsageError` for an engine of another flow.
    """
    views = _Views(engine, ids or RandomIds(), patience)
    pages = Blueprint(NAME, __name__, static_folder="static", static_url_path=STATIC)
    pages.add_url_rule(PATH, "open", views.open, methods=[*_METHODS], strict_slashes=False)
    pages.add_url_rule(f"{PATH}/<reference>", "show", views.show, methods=["GET"])
    pages.add_url_rule(f"{PATH}/<reference>", "act", views.act, methods=["POST"])
    pages.register_error_handler(Exception, views.refuse)
    for code in default_exceptions:  # a host's own handler of a code would come before that of all exceptions
        pages.register_error_handler(code, views.refuse)
    pages.after_request(secured)
    return pages


def auth_ui_app(engine: Engine[SignUp], *, ids: Ids | None = None, patience: float = PATIENCE) -> Flask:
    """Give the Auth UI as a whole WSGI application, with pages of its own for addresses that do not exist."""
    app = Flask(NAME, static_folder=None)
    views = _Views(engine, ids or RandomIds(), patience)
    app.register_blueprint(auth_ui_pages(engine, ids=ids, patience=patience))
    app.register_error_handler(Exception, views.refuse)
    app.after_request(secured)
    return app


class _Views:
    def __init__(self, engine: Engine[SignUp], ids: Ids, patience: float) -> None:
        expect("engine", engine, Engine)
        if engine.flow.initial != Name.VALIDATE_PARAMS:
            raise UsageError(
                f"The pages of the Auth UI cannot show the flow {engine.flow.name}",
                hint="Build the engine with states.auth_ui().",
                code="foreign_flow",
            )
        self._engine = engine
        self._ids = ids
        self._acting = Acting(engine, patience)
        self._renderer = Renderer()

    def open(self) -> Response:
        """4.2: read the secret query once, and go on at an address that says nothing."""
        if request.method not in _READS:
            raise MethodNotAllowed(_READS)
        if request.method == "HEAD":  # a program that looks whether the page is there
            return Response()
        browser, reference = self._browser(), self._ids.token()
        signup = self._engine.begin(browser.instance(reference))
        signup = self._engine.send(signup, _opened(request.query_string))
        response = self._onward(signup, reference)
        browser.remember(response)
        return response

    def show(self, reference: str) -> Response:
        """The page on which the sign-up rests, or the redirect that it leads to."""
        signup = self._acting.settled(self._instance(reference))
        page = self._engine.page(signup)
        if page is None:
            return self._without_page(signup, reference)
        if page.leads_to:
            return self._onward(signup, reference)
        return self._page(signup, page, reference)

    def act(self, reference: str) -> Response:
        """Send the event that the form names, if the form is the page's own."""
        request.max_content_length = MAX_FORM
        form, instance = request.form, self._instance(reference)
        if not self._browser().sent(form.get("form_token", ""), reference):
            raise Forbidden
        try:
            return self._onward(self._sent(instance, form), reference)
        except InvalidInput as refused:
            problem = refused.problems[0]
            return see_other(_address(reference, invalid=f"{problem.path}.{problem.rule}"))
        except CallInProgress:
            return self._onward(self._acting.settled(instance), reference)
        except Conflict:
            told = None if self._acting.is_repeated(instance, form) else StaleRevision.default_code
            return self._onward(self._acting.settled(instance), reference, notice=told)

    def refuse(self, error: Exception) -> Response:
        """The page for whatever went wrong."""
        reference = (request.view_args or {}).get("reference")
        again = None if reference is None else _address(str(reference))
        return refusal(self._renderer, error, _lang(), static=_static(), again=again)

    def _browser(self) -> Browser:
        return Browser.of(request, COOKIE, self._ids)

    def _instance(self, reference: str) -> str:
        if not is_reference(reference):
            raise NotFound
        return self._browser().instance(reference)

    def _sent(self, id: str, form: Mapping[str, str]) -> Snapshot[SignUp]:
        if form.get("action") == CHECK:
            return self._engine.resume(id)
        signup = self._acting.seen(id, form)
        page = self._engine.page(signup)
        for action in page.actions if page else ():
            if action.event.__name__ == form.get("action"):
                filled = {name: form[name] for name in action.asks if form.get(name)}
                return self._engine.send(signup, action.event.read(filled))
        raise EventRefused(state=signup.state, event="an action that the page does not offer")

    def _onward(self, signup: Snapshot[SignUp], reference: str, *, notice: str | None = None) -> Response:
        page = self._engine.page(signup)
        if page and page.leads_to:
            return see_other(page.leads_to.get_secret_value())
        # A page without actions says itself why it is the last one.
        return see_other(_address(reference, notice=notice if page and page.actions else None))

    def _without_page(self, signup: Snapshot[SignUp], reference: str) -> Response:
        if not self._acting.is_calling(signup):  # it was begun, and its query never came
            raise UnknownInstance
        return html_response(
            self._renderer.html("esozflow/in_progress.html", _lang(), check=CHECK, **self._form(signup, reference))
        )

    def _page(self, signup: Snapshot[SignUp], page: Page, reference: str) -> Response:
        html = self._renderer.html(
            "esozflow/page.html",
            _lang(),
            page=page,
            notice=notice(request),
            invalid=_invalid(page),
            open_until=signup.expires_at,
            **self._form(signup, reference),
        )
        # The document gives no status to its error pages; a server that renders them calls a bad link a bad request.
        response = html_response(html, 400 if page.name == Name.PARAMS_REFUSED else 200)
        query = signup.context.query
        if page.actions and query:
            response.headers["Content-Security-Policy"] = content_security_policy([origin_of(query.redirect_uri)])
        return response

    def _form(self, signup: Snapshot[SignUp], reference: str) -> dict[str, object]:
        return {
            "static": _static(),
            "address": url_for(".show", reference=reference),
            "action": _address(reference),
            "form_token": self._browser().form_token(reference),
            "revision": signup.revision,
        }


def _opened(query: bytes) -> Opened | OpenedMalformed:
    try:
        # A byte that is not UTF-8 becomes a character that no parameter may hold.
        return Opened.from_query(query.decode("utf-8", "surrogateescape"))
    except InvalidInput as refused:
        return OpenedMalformed.of(refused)


def _lang() -> Language:
    return language(request)


def _address(reference: str, *, notice: str | None = None, invalid: str | None = None) -> str:
    """Give the address of the sign-up's page in the language of this one."""
    lang = "en" if _lang() == "en" else None
    return url_for(f"{_blueprint()}.show", reference=reference, lang=lang, notice=notice, invalid=invalid)


def _static() -> str:
    return url_for(f"{_blueprint()}.static", filename="").rstrip("/")


def _blueprint() -> str:
    return request.blueprint or NAME


def _invalid(page: Page) -> dict[str, str]:
    """Give what is wrong with a field of the form, as the address says; only fields and rules that exist."""
    name, _, rule = asked(request, "invalid").partition(".")
    fields = {name for action in page.actions for name in action.asks}
    return {name: render(Message(code=rule), _lang())} if name in fields and rule in PROBLEMS else {}
