"""The catalogue: what each message code says, in Ukrainian and in English, and whose words these are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from ..flow import Message, Problem
from . import dictionaries
from .text import Source, Text
from .texts_answers import ANSWERS, QUERY_CHECKS
from .texts_data import FIELDS, GROUPS, VALUES
from .texts_pages import CAPTIONS, OUTCOMES, REASONS, RETURNED, TITLES, TROUBLES
from .texts_problems import LINK_PROBLEMS, PROBLEM_FRAMES, PROBLEMS
from .texts_refusals import PROMPTS, REFUSALS

__all__ = [
    "CATALOGUE",
    "DICTIONARIES",
    "FIELDS",
    "GROUPS",
    "REASONS",
    "Language",
    "Source",
    "Text",
    "render",
    "render_problem",
    "render_rule",
]

Language = Literal["uk", "en"]

CATALOGUE: Final[Mapping[str, Text]] = {
    **TITLES,
    **CAPTIONS,
    **OUTCOMES,
    **TROUBLES,
    **RETURNED,
    **QUERY_CHECKS,
    **ANSWERS,
    **VALUES,
    **PROBLEMS,
    **PROBLEM_FRAMES,
    **LINK_PROBLEMS,
    **REFUSALS,
    **PROMPTS,
}


def _names_in(entries: type[dictionaries.Entry]) -> dict[str, Text]:
    ours = dictionaries.UKRAINIAN_NAMES_OF_OURS
    return {
        str(entry): Text(entry.uk, entry.en, Source.OURS if entry in ours else Source.PUBLISHED) for entry in entries
    }


DICTIONARIES: Final[Mapping[str, Mapping[str, Text]]] = {
    "GENDER": _names_in(dictionaries.Gender),
    "DOCUMENT_TYPE": _names_in(dictionaries.DocumentType),
    "DOCUMENT_RELATIONSHIP_TYPE": _names_in(dictionaries.DocumentRelationshipType),
    "CONFIDANT_PERSON_TYPE": _names_in(dictionaries.ConfidantPersonType),
    "ADDRESS_TYPE": _names_in(dictionaries.AddressType),
    "SETTLEMENT_TYPE": _names_in(dictionaries.SettlementType),
    "PHONE_TYPE": _names_in(dictionaries.PhoneType),
    "AUTHENTICATION_METHOD": _names_in(dictionaries.AuthenticationMethodType),
    "STREET_TYPE": _names_in(dictionaries.StreetType),
    # Not a dictionary of ЕСОЗ: the two values that the blueprint names for `preferred_way_communication`.
    "WAY": _names_in(dictionaries.PreferredWayCommunication),
}

# Parameters whose value is itself looked up; what is not found is shown as it is.
_LOOKED_UP: Final[Mapping[tuple[str, str], Mapping[str, Text]]] = {
    ("field", "name"): FIELDS,
    ("group", "name"): GROUPS,
    ("property_missing", "property"): FIELDS,
    ("not_signed", "reason"): REASONS,
    **{(code, "field"): FIELDS for code in LINK_PROBLEMS},
}
_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")


def render(message: Message, lang: Language = "uk") -> str:
    """Give the text of the message. A code that is not known is given back itself; a missing parameter is `…`.

    The result is plain text and may hold whatever a parameter holds: escape it for where it is shown.
    """
    text = CATALOGUE.get(message.code)
    if text is None:
        return message.code
    return _PARAMETER.sub(lambda found: _value(message, found[1], lang), _in(text, lang))


def render_problem(problem: Problem, lang: Language = "uk") -> str:
    """Give what is wrong with one input: the field's name, its place in a list, and what the rule asks for."""
    field = _field_at(problem.path, lang)
    code = "problem" if field else "problem_of_all"
    return render(Message(code=code, params={"field": field, "what": render_rule(problem, lang)}), lang)


def render_rule(problem: Problem, lang: Language = "uk") -> str:
    """Give what the rule asks for, without the field's name: for a form that shows it beside its field."""
    params = {name: str(value) for name, value in problem.params.items()}
    known = problem.rule in PROBLEMS
    return render(Message(code=problem.rule, params=params) if known else _unknown(problem.rule), lang)


def _in(text: Text, lang: Language) -> str:
    return text.en if lang == "en" else text.uk


def _value(message: Message, name: str, lang: Language) -> str:
    value = message.params.get(name)
    if value is None:
        return "…"
    if (message.code, name) == ("dictionary", "value"):
        names = DICTIONARIES.get(message.params.get("dictionary", ""), {})
    else:
        names = _LOOKED_UP.get((message.code, name), {})
    found = names.get(value)
    return value if found is None else _in(found, lang)


def _unknown(rule: str) -> Message:
    return Message(code="rule_unknown", params={"rule": rule})


def _field_at(path: str, lang: Language) -> str:
    """Give `documents.0.number` in words: «Документи (1) → Номер», places counted from 1."""
    words: list[str] = []
    for step in path.split("."):
        if step.isdecimal() and words:
            words[-1] += f" ({int(step) + 1})"
        else:
            words.append(render(Message(code="field", params={"name": step}), lang))
    return " → ".join(words)
