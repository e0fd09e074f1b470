"""Defects of an Auth UI, each small and real, seeded into ours."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import SecretStr

from esozflow.adapters.demo.people import CHILD
from esozflow.adapters.sandbox import Seed
from esozflow.adapters.ui.web.browser import Browser
from esozflow.flow import Call, Engine, Event, Outcome, Snapshot, Unanswered
from esozflow.states import Accept, Confirm, Name, Opened, RegisterAuth, SignUp
from esozflow.states.answers import Answered

from .seeding import (
    Calling,
    Defect,
    Perform,
    Reply,
    Replying,
    Seeds,
    always,
    answered_with,
    changed,
    is_call,
    muted,
    query_of,
    with_query,
    without,
)

SEED = Seed()
REDIRECT_URI = SEED.pis.redirect_uris[0]
VALIDATE, REGISTER, APPROVE = "/sign-up_validation", "/register", "/authorize"
TOKEN = SecretStr(SEED.confidant.access_token)


def _calling(path: str, act: Calling) -> Seeds:
    return Seeds(calling=lambda perform, call: act(perform, call) if is_call(call, path) else perform(call))


def _sending(path: str, **changes: Any) -> Seeds:
    return _calling(path, lambda perform, call: perform(changed(call, **changes)))


def _answering(path: str, edit: Any) -> Seeds:
    return _calling(path, lambda perform, call: answered_with(perform(call), edit))


def _muting(path: str) -> Seeds:
    return _calling(path, lambda perform, call: muted(perform(call)))


def _replying(act: Replying) -> Seeds:
    return Seeds(replying=act)


def _page(pattern: str, instead: str) -> Seeds:
    def rewrite(reply: Reply) -> None:
        if reply.html:
            reply.html = re.sub(pattern, instead, reply.html, flags=re.DOTALL)

    return _replying(rewrite)


def _header(name: str, value: str | None) -> Seeds:
    return _replying(lambda reply: reply.header(name, value))


def _leaving(old: str, new: str) -> Seeds:
    def rewrite(reply: Reply) -> None:
        if reply.location.startswith(REDIRECT_URI):
            reply.header("Location", re.sub(old, new, reply.location))

    return _replying(rewrite)


def _fills_in_a_scope(environ: dict[str, Any]) -> None:
    given = query_of(environ)
    if "user_data" in dict(given) and not dict(given).get("scope"):
        with_query(environ, [(name, value) for name, value in given if name != "scope"] + [("scope", "app:read_pis")])


def _takes_the_first(environ: dict[str, Any]) -> None:
    first: dict[str, str] = {}
    for name, value in query_of(environ):
        first.setdefault(name, value)
    with_query(environ, list(first.items()))


def _drops_control_characters(environ: dict[str, Any]) -> None:
    environ["QUERY_STRING"] = re.sub("%(?:0[0-9A-F]|F[EF])", "", environ["QUERY_STRING"])


def _takes_any_button(environ: dict[str, Any]) -> None:
    if environ["REQUEST_METHOD"] == "POST":
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        sent = sent.replace(b"action=Accept", b"action=Confirm")
        environ |= {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(len(sent))}


def _acts_on_get(environ: dict[str, Any]) -> None:
    if environ["REQUEST_METHOD"] == "GET" and "form_token" in dict(query_of(environ)):
        body = environ["QUERY_STRING"].encode()
        environ |= {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }


def _takes_decline_for_confirm(environ: dict[str, Any]) -> None:
    if environ["REQUEST_METHOD"] == "POST":
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        sent = sent.replace(b"action=Decline", b"action=Confirm")
        environ |= {"wsgi.input": io.BytesIO(sent), "CONTENT_LENGTH": str(len(sent))}


def _registers_again(is_reason: Callable[[dict[str, Any], bytes], bool]) -> Seeds:
    made: list[tuple[Perform, Call]] = []

    def calling(perform: Perform, call: Call) -> Outcome:
        if is_call(call, REGISTER):
            made.append((perform, call))
        return perform(call)

    def asking(environ: dict[str, Any]) -> None:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(sent)
        if made and is_reason(environ, sent):
            perform, call = made[-1]
            perform(call)

    return Seeds(calling=calling, asking=asking)


_registers_for_every_form = partial(_registers_again, lambda asked, sent: b"action=Confirm" in sent)
_registers_for_every_link = partial(_registers_again, lambda asked, sent: "user_data" in asked["QUERY_STRING"])


def _twice(perform: Perform, call: Call) -> Outcome:
    perform(call)
    return perform(call)


def _again_if_unanswered(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    return perform(call) if isinstance(outcome, Unanswered) else outcome


def _again_after_a_gateway(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    return perform(call) if isinstance(outcome, Answered) and outcome.status >= 502 else outcome


def _goes_on_without_a_jwt(perform: Perform, call: Call) -> Outcome:
    return answered_with(perform(call), lambda data: {"token": "none", **data})


def _takes_200_for_201(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    is_done = isinstance(outcome, Answered) and outcome.status == 200
    return outcome.model_copy(update={"status": 201}) if is_done else outcome


def _ignores_a_refusal(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    is_refused = isinstance(outcome, Answered) and outcome.error is not None
    return Answered(status=200, data={"person": CHILD, "token": "none"}) if is_refused else outcome


def _takes_a_refusal_for_done(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    is_refused = isinstance(outcome, Answered) and outcome.error is not None
    data = {"person": {"id": "none"}, "user": {"id": "none"}, "access_token": "none"}
    return Answered(status=201, data=data) if is_refused else outcome


def _makes_up_a_code(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    is_whole = isinstance(outcome, Answered) and outcome.redirect is not None
    return outcome if is_whole else Answered(status=201, redirect=SecretStr(f"{REDIRECT_URI}?code=none"))


def _knows_every_client(perform: Perform, call: Call) -> Outcome:
    if call.request.path.endswith("/details"):
        return Answered(status=200, data={"name": "Any client"})
    return _makes_up_a_code(perform, call) if is_call(call, APPROVE) else perform(call)


def _has_no_dictionary(perform: Perform, call: Call) -> Outcome:
    return Answered(status=500)


def _registers_the_first_child() -> Seeds:
    first: list[Any] = []

    def act(perform: Perform, call: Call) -> Outcome:
        first.append(call.request.body["signed_content"])
        return perform(changed(call, signed_content=first[0]))

    return _calling(REGISTER, act)


def _with_jwt_for_session() -> Seeds:
    jwt: list[SecretStr] = []

    def act(perform: Perform, call: Call) -> Outcome:
        if is_call(call, REGISTER):
            jwt.append(call.request.bearer)
        return perform(changed(call, bearer=jwt[-1]) if is_call(call, APPROVE) else call)

    return Seeds(calling=act)


def _jwt_in_a_cookie() -> Seeds:
    jwt: list[str] = []

    def calling(perform: Perform, call: Call) -> Outcome:
        outcome = perform(call)
        if is_call(call, VALIDATE) and isinstance(outcome, Answered) and outcome.data:
            jwt.append(outcome.data["token"])
        return outcome

    def replying(reply: Reply) -> None:
        if jwt:
            reply.headers.append(("Set-Cookie", f"jwt={jwt[-1]}; Path=/; Secure; HttpOnly; SameSite=Lax"))

    return Seeds(calling=calling, replying=replying)


def _wider(data: Any) -> Any:
    return {**data, "scope": f"{data['scope']} person:read"}


def _approves_more(perform: Perform, call: Call) -> Outcome:
    return perform(changed(call, app=_wider(call.request.body["app"])))


def _unescaped(reply: Reply) -> None:
    if "esozflow-probe" in reply.html:
        reply.html = html.unescape(reply.html)


def _own_page_for_errors(reply: Reply) -> None:
    if 'class="card scopes"' in reply.html and 'role="alert"' in reply.html:
        reply.html = re.sub(r"<form.*?</form>", "", reply.html, flags=re.DOTALL)


def _keeps_the_query(reply: Reply) -> None:
    query = reply.asked.get("QUERY_STRING", "")
    if "user_data" in query and reply.location:
        reply.header("Location", f"{reply.location}?{query}")


def _repeats_the_query(reply: Reply) -> None:
    # The page of a refused link stands at another address: what it repeats, it has kept.
    if 'role="alert"' in reply.html:
        reply.html = reply.html.replace("</main>", f"<p>{SEED.confidant.access_token}</p></main>")


def _form_by_307(reply: Reply) -> None:
    if reply.location.startswith(REDIRECT_URI):
        reply.status = "307 Temporary Redirect"


def _without_attribute(attribute: str) -> Replying:
    def act(reply: Reply) -> None:
        reply.headers = [
            (name, re.sub(f"; {attribute}[^;]*", "", value) if name == "Set-Cookie" else value)
            for name, value in reply.headers
        ]

    return act


class _ApprovesUnasked(Engine[SignUp]):
    def send(self, snapshot: Snapshot[SignUp], event: Event) -> Snapshot[SignUp]:
        signup = super().send(snapshot, event)
        return self.send(signup, Accept()) if signup.state == Name.CONSENT else signup


class _RegistersUnasked(Engine[SignUp]):
    def send(self, snapshot: Snapshot[SignUp], event: Event) -> Snapshot[SignUp]:
        signup = super().send(snapshot, event)
        return self.send(signup, Confirm()) if isinstance(event, Opened) and signup.state == Name.CONFIRM else signup


def _instance_by_address(self: Browser, reference: str) -> str:
    return f"instance-{reference}"


ANY_ADDRESS = (
    ("esozflow.states.declining.is_known", lambda signup, settings: True),
    ("esozflow.states.error_redirect.is_known", lambda signup, settings: True),
)
ANY_FORM = (("esozflow.states.validate_params.is_safe", lambda uri: True),)

DEFECTS = {
    "scope-not-checked": Defect(
        "fills in a scope where the link has none",
        "missing-parameter", "4.2.3", always(Seeds(asking=_fills_in_a_scope)),
    ),
    "other-message": Defect(
        "tells a missing client_id in words of its own",
        "missing-parameter", "4.2.1", always(_page("Не вказаний ідентифікатор додатку", "Немає client_id")),
    ),
    "first-of-two": Defect(
        "takes the first of two values of a parameter",
        "doubled-parameter", "rule.query", always(Seeds(asking=_takes_the_first)),
    ),
    "control-characters-dropped": Defect(
        "reads a link with control characters as if they were not there",
        "unreadable-parameter", "rule.query", always(Seeds(asking=_drops_control_characters)),
    ),
    "refusal-ignored": Defect(
        "shows the data although the validation was refused",
        "refused-validation", "rule.order", always(_calling(VALIDATE, _ignores_a_refusal)),
    ),
    "unreadable-content-confirmed": Defect(
        "lets somebody confirm what is not even base64",
        "unreadable-content", "4.3.3", always(_calling(VALIDATE, _ignores_a_refusal)),
    ),
    "encoding-misspelt": Defect(
        "sends the signed request with another encoding constant",
        "validation-call", "4.3.1", always(_sending(VALIDATE, signed_content_encoding="BASE64")),
    ),
    "validation-without-token": Defect(
        "validates without the token of the link",
        "validation-call", "4.3.1", always(_sending(VALIDATE, bearer=None)),
    ),
    "no-jwt-needed": Defect(
        "shows the data although the validation gave no jwt",
        "spoiled-validation", "4.3.2", always(_calling(VALIDATE, _goes_on_without_a_jwt)),
    ),
    "validation-message-hidden": Defect(
        "shows a message of its own for a refused validation",
        "refused-validation", "4.3.3", always(_muting(VALIDATE)),
    ),
    "tax-id-left-out": Defect(
        "leaves out the patient's tax id",
        "patient-data", "4.4.1", always(_page(r'<div class="tax_id">.*?</div>', "")),
    ),
    "shows-what-was-signed": Defect(
        "shows the name that was signed, not the one that was answered",
        "data-of-the-answer", "4.4.1",
        always(_answering(VALIDATE, lambda data: {**data, "person": {**data["person"], "first_name": "Марко"}})),
    ),
    "data-editable": Defect(
        "shows the data in fields that can be changed",
        "patient-data", "4.4.2", always(_page(r"<dd([^>]*)>([^<]*)</dd>", r'<dd><input\1 value="\2"></dd>')),
    ),
    "content-changed": Defect(
        "registers another text than was validated",
        "registration-call", "4.5.1", always(_sending(REGISTER, signed_content=SecretStr("e30="))),
    ),
    "otp-dropped": Defect(
        "asks for the OTP and does not send it",
        "one-time-password", "4.5.1", always(_calling(REGISTER, lambda perform, call: perform(without(call, "otp")))),
    ),
    "token-reused": Defect(
        "registers with the token of the link in the place of the jwt",
        "registration-call", "4.5.2", always(Seeds(settings={"register_auth": RegisterAuth.TOKEN_HEADER})),
    ),
    "200-for-201": Defect(
        "takes 200 for the 201 of a registration",
        "spoiled-registration", "4.5.3", always(_calling(REGISTER, _takes_200_for_201)),
    ),
    "registration-message-hidden": Defect(
        "shows a message of its own for a refused registration",
        "refused-registration", "4.5.4", always(_muting(REGISTER)),
    ),
    "late-registration-taken": Defect(
        "goes on to the consent although the registration came too late",
        "registration-too-late", "4.5.4", always(_calling(REGISTER, _takes_a_refusal_for_done)),
    ),
    "scope-not-shown": Defect(
        "does not show one of the scopes that are asked for",
        "consent-page", "4.6.1", always(_page(r'<ul class="scopes">\s*<li>.*?</li>', '<ul class="scopes">')),
    ),
    "scopes-by-code": Defect(
        "shows scopes by their codes",
        "consent-page", "4.6.2", always(_calling("/dictionaries", _has_no_dictionary)),
    ),
    "approves-without-names": Defect(
        "approves by itself what it cannot name",
        "names-unavailable", "4.6.2", always(Seeds(engine=_ApprovesUnasked)),
    ),
    "client-not-named": Defect(
        "asks for the consent without naming the client",
        "consent-page", "4.6.3", always(Seeds(settings={"client_details_path": ""})),
    ),
    "scope-widened": Defect(
        "has a scope approved that nobody asked for",
        "approval-and-redirect", "4.7.1", always(_calling(APPROVE, _approves_more)),
    ),
    "approves-by-jwt": Defect(
        "approves with the jwt in the place of the session token",
        "approval-and-redirect", "4.7.2", _with_jwt_for_session,
    ),
    "code-dropped": Defect(
        "redirects without the grant code",
        "approval-and-redirect", "4.7.3", always(_leaving(r"code=[^&]*&?", "")),
    ),
    "error-away-from-consent": Defect(
        "shows a refused approval on a page of its own",
        "refused-approval", "4.7.4", always(_replying(_own_page_for_errors)),
    ),
    "late-approval-away-from-consent": Defect(
        "shows an approval that came too late on a page of its own",
        "approval-too-late", "4.7.4", always(_replying(_own_page_for_errors)),
    ),
    "redirects-elsewhere": Defect(
        "redirects the code to another host",
        "approval-and-redirect", "4.8.1", always(_leaving("pis.example.ua", "elsewhere.example.ua")),
    ),
    "redirect-with-more": Defect(
        "adds a parameter of its own to the redirect",
        "approval-and-redirect", "rule.redirect", always(_leaving("$", "&session=1")),
    ),
    "form-sent-on": Defect(
        "redirects so that the browser sends the form on to the PIS",
        "approval-and-redirect", "rule.redirect", always(_replying(_form_by_307)),
    ),
    "answer-followed-anywhere": Defect(
        "follows whatever redirect the approval answers",
        "foreign-answer", "rule.redirect",
        always(Seeds(patches=(("esozflow.states.approve.code_in", lambda returned, requested: "code"),))),
    ),
    "declines-anywhere": Defect(
        "sends who declines to an unregistered address",
        "foreign-redirect-uri", "rule.redirect",
        always(Seeds(patches=ANY_ADDRESS)),
    ),
    "unsafe-addresses-taken": Defect(
        "takes any text for a redirect_uri, and sends who declines there",
        "unsafe-redirect-uri", "rule.redirect", always(Seeds(patches=(*ANY_ADDRESS, *ANY_FORM))),
    ),
    "unknown-client-taken": Defect(
        "takes a client that ЕСОЗ does not know for a known one",
        "unknown-client", "rule.redirect", always(Seeds(calling=_knows_every_client)),
    ),
    "code-made-up": Defect(
        "redirects with a code of its own when the approval brings none",
        "spoiled-approval", "4.7.3", always(_calling(APPROVE, _makes_up_a_code)),
    ),
    "state-changed": Defect(
        "returns another state",
        "approval-and-redirect", "rule.state", always(_leaving("state=", "state=x")),
    ),
    "register-doubled": Defect(
        "calls the registration twice",
        "one-call-each", "rule.once", always(_calling(REGISTER, _twice)),
    ),
    "approve-doubled": Defect(
        "calls the approval twice",
        "one-call-each", "rule.once", always(_calling(APPROVE, _twice)),
    ),
    "every-form-registers": Defect(
        "registers again for the same form",
        "sent-again", "rule.once", _registers_for_every_form,
    ),
    "every-click-registers": Defect(
        "registers again for a double click",
        "sent-twice-at-once", "rule.once", _registers_for_every_form,
    ),
    "link-registers-again": Defect(
        "registers again when the link is opened again",
        "link-opened-again", "rule.once", _registers_for_every_link,
    ),
    "waits-too-long": Defect(
        "waits for an answer longer than its deadline",
        "late-answer", "rule.lost", always(Seeds(settings={"call_deadline": 30.0})),
    ),
    "lost-registration-repeated": Defect(
        "repeats a registration whose answer was lost",
        "lost-answer", "rule.lost", always(_calling(REGISTER, _again_if_unanswered)),
    ),
    "approval-repeated": Defect(
        "repeats an approval after a gateway's error",
        "failing-gateway", "rule.lost", always(_calling(APPROVE, _again_after_a_gateway)),
    ),
    "approves-unasked": Defect(
        "approves without asking for the consent",
        "order-of-calls", "rule.order", always(Seeds(engine=_ApprovesUnasked)),
    ),
    "registers-unasked": Defect(
        "registers without asking for the confirmation",
        "order-of-calls", "rule.order", always(Seeds(engine=_RegistersUnasked)),
    ),
    "acts-mixed-up": Defect(
        "takes the button of another page for its own",
        "unoffered-act", "rule.order", always(Seeds(asking=_takes_any_button)),
    ),
    "token-for-reads": Defect(
        "uses the token of the link for the reads of the consent page",
        "credentials", "rule.credentials", always(_sending("/dictionaries", bearer=TOKEN)),
    ),
    "decline-registers": Defect(
        "registers who declines",
        "declined", "rule.decline", always(Seeds(asking=_takes_decline_for_confirm)),
    ),
    "sign-ups-mixed": Defect(
        "registers the first child for the second",
        "two-tabs", "rule.apart", _registers_the_first_child,
    ),
    "browsers-mixed": Defect(
        "registers the child of one browser for another",
        "two-browsers", "rule.apart", _registers_the_first_child,
    ),
    "query-kept": Defect(
        "keeps the query in the address bar",
        "address-bar", "rule.secrecy", always(_replying(_keeps_the_query)),
    ),
    "token-on-page": Defect(
        "writes the token of the link into a hidden field",
        "secrets-of-the-way", "rule.secrecy",
        always(_page("</form>", f'<input type="hidden" name="t" value="{SEED.confidant.access_token}"></form>')),
    ),
    "jwt-in-cookie": Defect(
        "keeps the jwt in a cookie",
        "secrets-of-the-way", "rule.secrecy", _jwt_in_a_cookie,
    ),
    "foreign-script": Defect(
        "has a script of another site on its pages",
        "secrets-of-the-way", "rule.secrecy",
        always(_page("</head>", '<script src="https://cdn.example/counter.js"></script></head>')),
    ),
    "secret-word-shown": Defect(
        "shows the patient's secret word",
        "secrets-of-the-way", "rule.secrecy",
        always(Seeds(patches=(("esozflow.states.person_page._MASKED", frozenset()),))),
    ),
    "query-repeated": Defect(
        "repeats parameters of the link on its error page",
        "error-pages", "rule.secrecy", always(_replying(_repeats_the_query)),
    ),
    "address-is-enough": Defect(
        "shows a sign-up to whoever knows its address",
        "other-browser", "rule.secrecy",
        always(Seeds(patches=(("esozflow.adapters.ui.web.browser.Browser.instance", _instance_by_address),))),
    ),
    "referred": Defect(
        "sends no Referrer-Policy",
        "headers-of-pages", "rule.headers", always(_header("Referrer-Policy", None)),
    ),
    "stored": Defect(
        "lets pages be stored",
        "headers-of-pages", "rule.headers", always(_header("Cache-Control", "private, max-age=60")),
    ),
    "framed": Defect(
        "lets pages be framed",
        "headers-of-pages", "rule.headers",
        always(
            Seeds(
                patches=(("esozflow.adapters.ui.web.auth_ui.content_security_policy", lambda targets=(): "img-src *"),),
                replying=lambda reply: reply.header("X-Frame-Options", None),
            )
        ),
    ),
    "cookie-for-scripts": Defect(
        "lets scripts read its cookie",
        "cookies-set", "rule.cookies", always(_replying(_without_attribute("HttpOnly"))),
    ),
    "forms-of-anybody": Defect(
        "takes a form from anywhere",
        "forged-form", "rule.forms",
        always(
            Seeds(
                patches=(("esozflow.adapters.ui.web.browser.Browser.sent", lambda self, token, reference: True),),
                replying=_without_attribute("SameSite"),
            )
        ),
    ),
    "get-registers": Defect(
        "takes a form that is sent by GET",
        "unoffered-act", "rule.forms", always(Seeds(asking=_acts_on_get)),
    ),
    "markup-of-consent-let-through": Defect(
        "shows the names of client and scopes without escaping them",
        "hostile-consent", "rule.text", always(_replying(_unescaped)),
    ),
    "markup-of-link-let-through": Defect(
        "shows parameters of the link without escaping them",
        "hostile-query", "rule.text", always(_replying(_unescaped)),
    ),
    "markup-let-through": Defect(
        "shows text of ЕСОЗ without escaping it",
        "hostile-answers", "rule.text", always(_replying(_unescaped)),
    ),
}  # fmt: skip
