"""Defects of a PIS, each small and real, seeded into ours."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import SecretStr

from esozflow.adapters.sandbox import Seed
from esozflow.adapters.sandbox.certificates import SandboxAuthority, Signatory
from esozflow.adapters.signing import CertificateSigner
from esozflow.flow import Call, Outcome, Repeat, Unanswered, guard
from esozflow.states.answers import Answered
from esozflow.states.calls import HttpRequest, Service

from .seeding import (
    Defect,
    Perform,
    Reply,
    Replying,
    Seeds,
    always,
    answered_with,
    is_call,
    muted,
    query_of,
    with_query,
)

SEED = Seed()
EXCHANGE = "/oauth/tokens"
CALLBACK = "/oauth/callback"


def _exchanging(act: Callable[[Perform, Call], Outcome]) -> Seeds:
    return Seeds(calling=lambda perform, call: act(perform, call) if is_call(call, EXCHANGE) else perform(call))


def _handing_over(edit: Callable[[dict[str, str]], Any]) -> Seeds:
    def rewrite(reply: Reply) -> None:
        if "user_data=" in reply.location:
            address, _, query = reply.location.partition("?")
            parameters = dict(parse_qsl(query))
            edit(parameters)
            reply.header("Location", f"{address}?{urlencode(parameters)}")

    return Seeds(replying=rewrite)


def _header(name: str, value: str | None) -> Seeds:
    return Seeds(replying=lambda reply: reply.header(name, value))


def _stranger() -> Seeds:
    authority = SandboxAuthority.create()
    signatory = Signatory(drfo=SEED.confidant.tax_id or "")
    return Seeds(options={"signer": CertificateSigner(authority.issue(signatory))})


def _twice(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    perform(call)
    return outcome


def _exchanges_for_every_callback() -> Seeds:
    made: list[tuple[Perform, Call]] = []

    def calling(perform: Perform, call: Call) -> Outcome:
        if is_call(call, EXCHANGE):
            made.append((perform, call))
        return perform(call)

    def asking(environ: dict[str, Any]) -> None:
        if environ["PATH_INFO"] == CALLBACK and made:
            perform, call = made[-1]
            perform(call)

    return Seeds(calling=calling, asking=asking)


def _code_as_bearer(perform: Perform, call: Call) -> Outcome:
    code = call.request.body["token"]["code"]
    read = HttpRequest(method="GET", service=Service.API, path="/user/roles", query=(("client_id", "x"),), bearer=code)
    perform(replace(call, request=read))
    return perform(call)


def _again_if_unanswered(perform: Perform, call: Call) -> Outcome:
    outcome = perform(call)
    return perform(call) if isinstance(outcome, Unanswered) else outcome


def _without_redirect_uri(perform: Perform, call: Call) -> Outcome:
    token = {name: value for name, value in call.request.body["token"].items() if name != "redirect_uri"}
    return perform(replace(call, request=replace(call.request, body={"token": token})))


def _keeps_another_token(perform: Perform, call: Call) -> Outcome:
    return answered_with(
        perform(call), lambda data: {**data, "details": {**data["details"], "refresh_token": data["value"]}}
    )


def _muted_exchange(perform: Perform, call: Call) -> Outcome:
    return muted(perform(call))


def _validates_by_itself(reply: Reply) -> None:
    """Before it sends its user out, the PIS asks what only the Auth UI may ask."""
    if "user_data=" in reply.location:
        parameters = dict(parse_qsl(reply.location.partition("?")[2]))
        request = HttpRequest(
            method="POST",
            service=Service.AUTH,
            path="/api/pis/confidant/sign-up_validation",
            bearer=SecretStr(parameters["token"]),
            body={"signed_content": parameters["user_data"], "signed_content_encoding": "base64"},
        )
        reply.perform(
            Call(instance="i", name="validate", port="esoz", repeat=Repeat.NEVER, deadline=5.0, request=request)
        )


def _tokens_on_page() -> Seeds:
    tokens: list[str] = []

    def calling(perform: Perform, call: Call) -> Outcome:
        outcome = perform(call)
        if is_call(call, EXCHANGE) and isinstance(outcome, Answered) and outcome.data:
            tokens.append(outcome.data["value"])
        return outcome

    def replying(reply: Reply) -> None:
        if tokens and reply.html:
            reply.html = reply.html.replace("</main>", f"<p hidden>{tokens[-1]}</p></main>")

    return Seeds(calling=calling, replying=replying)


def _secret_on_page(reply: Reply) -> None:
    if reply.html:
        reply.html = reply.html.replace("</body>", f'<i data-secret="{SEED.pis.secret}"></i></body>')


def _code_kept(reply: Reply) -> None:
    if reply.asked["PATH_INFO"] == CALLBACK and reply.location:
        reply.header("Location", f"{reply.location}?{reply.asked['QUERY_STRING']}")


def _unescaped(reply: Reply) -> None:
    if "esozflow-probe" in reply.html:
        reply.html = html.unescape(reply.html)


def _forgets_the_error(environ: dict[str, Any]) -> None:
    if environ["PATH_INFO"] == CALLBACK:
        with_query(environ, [pair for pair in query_of(environ) if pair[0] != "error"])


def _without_attribute(attribute: str) -> Replying:
    def act(reply: Reply) -> None:
        reply.headers = [
            (name, re.sub(f"; {attribute}[^;]*", "", value) if name == "Set-Cookie" else value)
            for name, value in reply.headers
        ]

    return act


@guard("never")
def _never(signup: Any, event: Any) -> bool:
    return False


class _AlwaysOurs:
    @staticmethod
    def holds(signup: Any, event: Any) -> bool:
        return False


DEFECTS = {
    "scope-left-out": Defect(
        "leaves the scope out of the link",
        "link", "4.1.4", always(_handing_over(lambda given: given.pop("scope"))),
    ),
    "other-token": Defect(
        "hands over a token that is not the user's",
        "signed-request", "4.1.1", always(_handing_over(lambda given: given.update(token="another"))),
    ),
    "unsigned": Defect(
        "hands over a request that was signed with a key of nobody known",
        "signed-request", "4.1.3", _stranger,
    ),
    "one-state": Defect(
        "sends the same state with every sign-up",
        "state-of-the-link", "rule.state", always(_handing_over(lambda given: given.update(state="0123456789abcdef"))),
    ),
    "private-call": Defect(
        "validates the request itself, which is for the Auth UI",
        "private-calls", "rule.credentials", always(Seeds(replying=_validates_by_itself)),
    ),
    "state-not-checked": Defect(
        "takes a callback with any state",
        "foreign-callback", "rule.state",
        always(
            Seeds(
                settings={"call_deadline": 9.0},  # a flow is built once for its settings: this one is nobody else's
                patches=(
                    ("esozflow.states.hand_over.state_foreign", _never),
                    ("esozflow.adapters.demo.pis_site.views.state_foreign", _AlwaysOurs),
                ),
            )
        ),
    ),
    "redirect-uri-left-out": Defect(
        "exchanges the code without the redirect_uri",
        "exchange-call", "4.9.1", always(_exchanging(_without_redirect_uri)),
    ),
    "exchanged-twice": Defect(
        "exchanges the code twice",
        "exchange-call", "rule.once", always(_exchanging(_twice)),
    ),
    "exchanged-for-every-callback": Defect(
        "exchanges the code again for every callback",
        "callback-again", "rule.once", _exchanges_for_every_callback,
    ),
    "code-for-reads": Defect(
        "uses the grant code for another call",
        "grant-code", "rule.credentials", always(_exchanging(_code_as_bearer)),
    ),
    "error-overlooked": Defect(
        "exchanges a code that comes with an error",
        "callback-without-code", "4.9.1", always(Seeds(asking=_forgets_the_error)),
    ),
    "lost-exchange-repeated": Defect(
        "repeats an exchange whose answer was lost",
        "lost-exchange", "rule.lost", always(_exchanging(_again_if_unanswered)),
    ),
    "another-token-kept": Defect(
        "keeps the access token in the place of the refresh token",
        "tokens-kept", "4.9.2", always(_exchanging(_keeps_another_token)),
    ),
    "exchange-message-hidden": Defect(
        "shows a message of its own for a refused exchange",
        "refused-exchange", "4.9.3", always(_exchanging(_muted_exchange)),
    ),
    "token-on-page": Defect(
        "writes the access token into the page",
        "secrets-of-the-way", "rule.secrecy", _tokens_on_page,
    ),
    "secret-on-page": Defect(
        "writes the client secret into the page",
        "secrets-of-the-way", "rule.secrecy", always(Seeds(replying=_secret_on_page)),
    ),
    "code-kept": Defect(
        "keeps the code in the address bar",
        "secrets-of-the-way", "rule.secrecy", always(Seeds(replying=_code_kept)),
    ),
    "stored": Defect(
        "lets pages be stored",
        "headers-of-pages", "rule.headers", always(_header("Cache-Control", None)),
    ),
    "cookie-across-sites": Defect(
        "sends its cookie with requests of other sites",
        "cookies-set", "rule.cookies", always(Seeds(replying=_without_attribute("SameSite"))),
    ),
    "markup-let-through": Defect(
        "shows text of ЕСОЗ without escaping it",
        "hostile-text", "rule.text", always(Seeds(replying=_unescaped)),
    ),
}  # fmt: skip
