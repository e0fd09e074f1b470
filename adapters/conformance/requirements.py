"""What is asked of an Auth UI and of a PIS: the sentences of the flow document, and rules that it takes for granted.

A sentence has its id of `states.document`. A rule is ours, or an RFC's, and its id begins with `rule.`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ...states.document_words import IN_OUR_WORDS


class Rule(StrEnum):
    """The ids of the rules."""

    QUERY = "rule.query"
    ORDER = "rule.order"
    ONCE = "rule.once"
    LOST = "rule.lost"
    CREDENTIALS = "rule.credentials"
    REDIRECT = "rule.redirect"
    DECLINE = "rule.decline"
    STATE = "rule.state"
    SECRECY = "rule.secrecy"
    HEADERS = "rule.headers"
    COOKIES = "rule.cookies"
    FORMS = "rule.forms"
    APART = "rule.apart"
    TEXT = "rule.text"


_RULES: Final = {
    Rule.QUERY: "A query that can be read in two ways, or in none, is refused, and nothing is sent to ЕСОЗ.",
    Rule.ORDER: "No step is skipped: registered only after the confirmation, approved only after the consent.",
    Rule.ONCE: "A call that writes is made once, however often and however fast its form or its link is sent.",
    Rule.LOST: "A call that writes is not repeated by itself when its answer is lost, and is not taken for done.",
    Rule.CREDENTIALS: "Each credential goes only to the calls that it is for.",
    Rule.REDIRECT: "The browser is sent to the requested redirect_uri or nowhere, with the answer's parameters only.",
    Rule.DECLINE: "Who declines is not registered, and nothing is approved.",
    Rule.STATE: "RFC 6749 §4.1.2, §10.12: state is unguessable, comes back unchanged, and is checked.",
    Rule.SECRECY: (
        "Tokens, jwt, code, secrets and personal data stand in no URL but those of 4.1 and 4.8, in no cookie, and on "
        "no page that need not show them."
    ),
    Rule.HEADERS: "Every page forbids to store, to frame, to sniff and to refer.",
    Rule.COOKIES: "Cookies are HttpOnly, Secure and SameSite.",
    Rule.FORMS: "A form is taken only from the page that it was given to; a GET changes nothing.",
    Rule.APART: "Sign-ups of one browser or of several do not mix.",
    Rule.TEXT: "What comes from elsewhere is shown as text.",
}

_OF_AUTH_UI: Final = (
    *("2.1", "4.2.0", "4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5", "4.3.1", "4.3.2", "4.3.3", "4.4.1", "4.4.2"),
    *("4.5.1", "4.5.2", "4.5.3", "4.5.4", "4.6.1", "4.6.2", "4.6.3", "4.7.1", "4.7.2", "4.7.3", "4.7.4", "4.8.1"),
    *(Rule.QUERY, Rule.ORDER, Rule.ONCE, Rule.LOST, Rule.CREDENTIALS, Rule.REDIRECT, Rule.DECLINE, Rule.STATE),
    *(Rule.SECRECY, Rule.HEADERS, Rule.COOKIES, Rule.FORMS, Rule.APART, Rule.TEXT),
)
_OF_PIS: Final = (
    *("2.2", "2.3", "4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.9.1", "4.9.2", "4.9.3"),
    *(Rule.ONCE, Rule.LOST, Rule.CREDENTIALS, Rule.STATE, Rule.SECRECY, Rule.HEADERS, Rule.COOKIES, Rule.TEXT),
)


def _worded(ids: tuple[str, ...]) -> Mapping[str, str]:
    return MappingProxyType({one: _RULES[Rule(one)] if one in _RULES else IN_OUR_WORDS[one].en for one in ids})


AUTH_UI: Final = _worded(_OF_AUTH_UI)
"""Of the Auth UI, by id, in our words."""
PIS: Final = _worded(_OF_PIS)
"""Of the PIS, by id, in our words."""
