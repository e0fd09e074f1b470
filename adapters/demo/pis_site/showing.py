"""What the templates of the site are given beside the page of the flow. Nothing here decides what comes next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from pydantic import SecretStr

from ....flow import Field, FieldGroup, Message, Page
from ....states.calls import Tokens
from ....states.names import Name
from ....states.person_page import groups_of
from ....states.redirects import host_of
from ....states.signup import SignUp
from ....states.texts import Language, render, render_problem, render_rule
from ...ui.web.rendering import KYIV, in_kyiv
from . import form
from .acts import GO_ON, LOG_OUT, REFRESH, BackEnd
from .texts import site_text, title_of
from .visits import Begun

_TAIL: Final = 4
_LONG_ENOUGH: Final = 16
"""Characters of a token of which the last four may be shown: what is hidden is still beyond guessing."""
_CONSENTS: Final = ("patient_signed", "process_disclosure_data_consent")

_TEMPLATES: Mapping[str, str] = {
    Name.PREPARE: "pis/form.html",
    Name.SIGN: "pis/sign.html",
    Name.HAND_OVER: "pis/waiting.html",
    Name.SIGNED_UP: "pis/result.html",
}


def template_of(page: Page) -> str:
    """Give the template of a page; most need none of their own."""
    return _TEMPLATES.get(page.name, "esozflow/page.html")


def names_for(page: Page, begun: Begun, behind: BackEnd, lang: Language) -> dict[str, object]:
    """Give what the template of the page wants to know."""
    if page.payload is not None:
        page = replace(page, groups=_signed_groups(page.payload))
    names: dict[str, object] = {"page": page}
    if page.name == Name.PREPARE:
        names |= _form(begun, lang)
    if page.leads_to is not None:
        names |= {"host": host_of(behind.client.auth_ui), "go_on": GO_ON}
    if page.name == Name.SIGNED_UP:
        names |= _result(begun, behind.vault.tokens(begun.id), lang)
    return names


def _form(begun: Begun, lang: Language) -> dict[str, object]:
    wrong: dict[str, list[str]] = {}
    summary: list[tuple[str, str]] = []
    for problem in begun.problems:
        field = form.field_of(problem)
        name = field.name if field else ""
        summary.append((name, render_problem(problem, lang)))
        wrong.setdefault(name, []).append(render_rule(problem, lang))
    places = list(form.FIELDS)
    summary.sort(key=lambda one: places.index(one[0]) if one[0] else -1)
    return {
        "sections": [(title_of(section, lang), section) for section in form.SECTIONS],
        "entered": begun.entered,
        "checked": form.CHECKED,
        "wrong": wrong,
        "summary": summary,
    }


def _signed_groups(payload: SecretStr) -> tuple[FieldGroup, ...]:
    content: dict[str, Any] = json.loads(payload.get_secret_value())
    person = SecretStr(json.dumps(content["person"]))
    consents = FieldGroup(
        title=Message(code="group", params={"name": form.CONSENTS}),
        fields=tuple(
            Field(
                label=Message(code="field", params={"name": name}),
                value=Message(code="yes" if content[name] else "no"),
            )
            for name in _CONSENTS
        ),
    )
    return (*groups_of(SignUp(patient=person)), consents)


def _result(begun: Begun, tokens: Tokens | None, lang: Language) -> dict[str, object]:
    shown = None
    if tokens is not None:
        shown = {
            "access_token": _masked(tokens.access_token, lang),
            "refresh_token": _masked(tokens.refresh_token, lang),
            "expires_at": _moment(tokens.expires_at, lang),
            "scope": tokens.scope,
        }
    return {
        "tokens": shown,
        "told": begun.told,
        "not_done": begun.not_done,
        "refresh": REFRESH,
        "log_out": LOG_OUT,
    }


def _masked(token: SecretStr, lang: Language) -> str:
    value = token.get_secret_value()
    if len(value) < _LONG_ENOUGH:
        return render(Message(code="masked"), lang)
    return site_text("ends_in", lang, tail=value[-_TAIL:])


def _moment(unix: int, lang: Language) -> str:
    try:
        moment = datetime.fromtimestamp(unix, KYIV)
    except (ValueError, OverflowError, OSError):  # no clock will ever show it
        return str(unix)
    return site_text("moment", lang, time=in_kyiv(moment, lang))
