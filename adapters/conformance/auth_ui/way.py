"""4.3 to 4.8: the documented way, walked once and looked at from all sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

from ....states.redirects import code_in
from ....states.settings import RegisterAuth
from ..checks import Finding, NotObservable, seen, unseen
from ..requirements import Rule
from ..watched import Heard, edited
from .bench import SCOPE, SCOPE_NAMES, STATE, Bench, check

_PLAIN: Final = ("first_name", "last_name", "second_name", "tax_id", "unzr", "birth_settlement", "email")
"""Data of the patient that a page can only show as they are: no code, no date."""
_READS: Final = frozenset({"client_details", "user_roles", "global_roles", "available_scopes", "dictionaries"})
_MAY_CARRY: Final = {
    "query token": frozenset({"validate"}),
    "jwt": frozenset({"register"}),
    "session token": frozenset({"approve", *_READS}),
    "grant code": frozenset[str](),
}
"""Which calls of an Auth UI each credential may stand in."""


@check("4.2.0", "4.3.1", "2.1")
def validation_call(bench: Bench) -> Iterator[Finding]:
    """The link of 4.1 is opened: ЕСОЗ validates the signed request."""
    opened = bench.walk.stages[0]
    called = opened.times("validate")
    yield seen("4.2.0", "a complete link is taken", called > 0)
    yield seen("4.3.1", "the validation is called before anything is confirmed", called > 0)
    call = bench.walk.the("validate")
    yield from _content(bench, "4.3.1", call)
    yield seen("4.3.1", "Authorization is the token of the link", call.bearer == bench.seed.confidant.access_token)
    made = {one.endpoint for one in bench.walk.heard}
    yield seen("2.1", "the documented calls are made", {"validate", "register", "approve"} <= made)


@check("4.3.2", "4.4.1", "4.4.2")
def patient_data(bench: Bench) -> Iterator[Finding]:
    """The validation succeeds: the patient's data are shown, and cannot be changed."""
    opened = bench.walk.stages[0].seen
    page = opened.page
    yield seen("4.3.2", "a success leads to the patient's data", page.control(bench.mapping.confirm) is not None)
    answered = bench.walk.the("validate").data
    if not isinstance(answered, dict):
        raise NotObservable("the validation does not succeed")
    person: dict[str, Any] = answered["person"]
    for name in _PLAIN:
        yield seen("4.4.1", f"{name} is shown", page.shows(str(person.get(name))))
    for part, name in (("documents", "number"), ("addresses", "street"), ("phones", "number")):
        yield seen("4.4.1", f"{part}: {name} is shown", page.shows(str(person[part][0][name])))
    yield seen("4.4.1", "there is a button to accept and proceed", page.control(bench.mapping.confirm) is not None)
    changeable = [one for one in page.editable() if one.get("name") != bench.mapping.otp]
    yield seen("4.4.2", "no field can be changed", not changeable)


@check("4.4.1")
def data_of_the_answer(bench: Bench) -> Iterator[Finding]:
    """The validation answers with another name than was signed: what it answered is what is shown."""
    name = "Зіновій-Перевірочний"
    visit = bench.opens_after(lambda esoz: esoz.change("validate", edited(_named(name))))
    yield seen("4.4.1", "the data shown are those of the answer", visit.page.says(name))


@check("4.5.1", "4.5.2", "4.5.3")
def registration_call(bench: Bench) -> Iterator[Finding]:
    """The data are confirmed: the patient is registered."""
    confirmed = bench.walk.stage(1, "a confirmation")
    call = bench.walk.the("register")
    yield from _content(bench, "4.5.1", call)
    jwt = bench.walk.the("validate").secrets().get("jwt", "")
    if bench.register_auth is RegisterAuth.JWT_HEADER:
        yield seen("4.5.2", "Authorization is the jwt", bool(jwt) and call.bearer == jwt)
    else:
        wanted = bench.seed.confidant.access_token if bench.register_auth is RegisterAuth.TOKEN_HEADER else ""
        yield seen("4.5.2", f"Authorization is as told ({bench.register_auth})", call.bearer == wanted)
        yield seen("4.5.2", "the jwt is in the body", bool(jwt) and call.body.get("jwt") == jwt)
    yield seen("4.5.3", "a success leads to the consent page", bench.is_consent(confirmed.seen.page))


@check("4.5.1")
def one_time_password(bench: Bench) -> Iterator[Finding]:
    """The page asks for the optional OTP, and it is filled in."""
    visit = bench.opens()
    if bench.mapping.otp not in {one.get("name") for one in visit.page.editable()}:
        raise NotObservable("the page asks for no OTP, which is optional")
    visit.press("confirm", **{bench.mapping.otp: "1234"})
    calls = bench.esoz.heard("register")
    yield seen("4.5.1", "the OTP goes along", [str(one.body.get("otp")) for one in calls] == ["1234"])


@check("4.6.1", "4.6.2", "4.6.3")
def consent_page(bench: Bench) -> Iterator[Finding]:
    """The patient is registered: who gives whom which access is shown."""
    page = bench.walk.stage(1, "a consent page").seen.page
    for scope, name in zip(SCOPE.split(), SCOPE_NAMES, strict=True):
        yield seen("4.6.1", f"{scope} is asked for", page.says(name) or page.says(scope))
        yield seen("4.6.2", f"{scope} is named in words", page.says(name))
        yield seen("4.6.3", f"the words for {scope} are shown", page.says(name))
    yield seen("4.6.3", "the client is named", page.says(bench.seed.pis.name))
    registered = bench.walk.the("register").data
    person = registered["person"] if isinstance(registered, dict) else {}
    is_named = page.shows(str(person.get("last_name"))) or page.shows(str(person.get("tax_id")))
    yield seen("4.6.3", "the user is named", is_named)
    yield seen("4.6.3", "there is a button to accept and proceed", page.control(bench.mapping.accept) is not None)


@check("4.7.1", "4.7.2", "4.7.3", "4.8.1", Rule.REDIRECT, Rule.STATE)
def approval_and_redirect(bench: Bench) -> Iterator[Finding]:
    """The scopes are accepted: ЕСОЗ approves, and the browser takes the grant code to the client."""
    accepted = bench.walk.stage(2, "an acceptance")
    call = bench.walk.the("approve")
    app = call.part("app")
    yield seen("4.7.1", "client_id is that of the link", app.get("client_id") == bench.seed.pis.id)
    yield seen("4.7.1", "redirect_uri is that of the link", app.get("redirect_uri") == bench.redirect_uri)
    yield seen("4.7.1", "scope is that of the link", sorted(str(app.get("scope")).split()) == sorted(SCOPE.split()))
    session = bench.walk.the("register").secrets().get("session token", "")
    yield seen("4.7.2", "Authorization is the session token", bool(session) and call.bearer == session)
    left_to = accepted.seen.left_to or ""
    code = call.secrets().get("grant code", "")
    parameters = dict(parse_qsl(left_to.partition("?")[2], keep_blank_values=True))
    yield seen("4.7.3", "a success redirects the grant code", bool(code) and parameters.get("code") == code)
    yield seen("4.8.1", "the redirect goes to the address of the answer", left_to.startswith(f"{bench.redirect_uri}?"))
    state = parameters.get("state")
    bare = left_to.replace(f"&state={state}", "") if state is not None else left_to
    yield seen(Rule.REDIRECT, "only code and state are added", code_in(bare, bench.redirect_uri) == code)
    yield seen(Rule.REDIRECT, "the form is not sent on to the client", accepted.seen.hop.status not in (307, 308))
    if state is None:
        yield unseen(Rule.STATE, "no state comes back, and the document does not ask for it")
    else:
        yield seen(Rule.STATE, "state comes back unchanged", state == STATE)


@check(Rule.ORDER)
def order_of_calls(bench: Bench) -> Iterator[Finding]:
    """Each call comes after what must come before it."""
    first, *later = bench.walk.stages
    yield seen(Rule.ORDER, "nobody is registered before the confirmation", first.times("register") == 0)
    yield seen(Rule.ORDER, "nothing is approved before the registration", first.times("approve") == 0)
    yield seen(Rule.ORDER, "nothing is approved before the consent", not later or later[0].times("approve") == 0)
    order = [one.endpoint for one in bench.walk.heard if one.endpoint in ("validate", "register", "approve")]
    documented = [name for name in ("validate", "register", "approve") if name in order]
    yield seen(Rule.ORDER, "the calls come in the documented order", list(dict.fromkeys(order)) == documented)
    yield seen(
        Rule.ORDER,
        "the code is not exchanged by the Auth UI",
        "exchange" not in {one.endpoint for one in bench.walk.heard},
    )


@check(Rule.CREDENTIALS)
def credentials(bench: Bench) -> Iterator[Finding]:
    """Each credential stands in the calls that it is for, and in no other."""
    known = {"query token": bench.seed.confidant.access_token, **bench.walk.secrets()}
    for what, value in known.items():
        astray = {one.endpoint for one in bench.walk.heard if one.holds(value)} - _may_carry(bench, what)
        told = f" (it went to {', '.join(sorted(astray))})" if astray else ""
        yield seen(Rule.CREDENTIALS, f"the {what} goes only where it belongs{told}", not astray)
    yield seen(Rule.CREDENTIALS, "no client secret is used", not _held(bench.walk.heard, bench.seed.pis.secret))


def _may_carry(bench: Bench, what: str) -> frozenset[str]:
    by_token = what == "query token" and bench.register_auth is RegisterAuth.TOKEN_HEADER
    return _MAY_CARRY[what] | ({"register"} if by_token else set())


@check(Rule.ONCE)
def one_call_each(bench: Bench) -> Iterator[Finding]:
    """The documented way makes each call that writes once."""
    last = bench.walk.stages[-1]
    for endpoint in ("register", "approve"):
        yield seen(Rule.ONCE, f"{endpoint} is called at most once", last.times(endpoint) <= 1)


def _content(bench: Bench, sentence: str, call: Heard) -> Iterator[Finding]:
    body = call.body
    yield seen(sentence, "signed_content is user_data, to the letter", body.get("signed_content") == bench.user_data())
    yield seen(sentence, "signed_content_encoding is base64", body.get("signed_content_encoding") == "base64")


def _held(heard: list[Heard], secret: str) -> bool:
    return any(one.holds(secret) for one in heard)


def _named(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda body: body["data"]["person"].update(first_name=name)
