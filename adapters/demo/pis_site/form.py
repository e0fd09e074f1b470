"""The registration form as data (4.1): which fields it has, what was typed into them, and what is wrong with it.

A field is named by its path in the registration request, `person.documents.0.number`, in HTML too. What is valid is
for `RegistrationRequest` to say; here a flat form becomes its JSON, and each of its problems finds its field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from ....flow import InvalidInput, Message, Problem
from ....states.registration import RegistrationRequest
from ....states.texts import DICTIONARIES

LONGEST_VALUE: Final = 500
"""Characters of one field; the longest limit of the rules is 255, and some fields have none."""
CHECKED: Final = "on"
"""What a browser sends for a checkbox that is ticked; for one that is not it sends nothing."""

CONSENTS: Final = "consents"
"""The part that stands at the top of the request."""

Entered = Mapping[str, str]
"""What was typed, by the name of its field; a field that is not there is empty."""


class Kind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    DATE = "date"
    EMAIL = "email"
    PHONE = "tel"
    CHOICE = "choice"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field. `dictionary` names the dictionary of a choice."""

    name: str
    kind: Kind
    optional: bool = False
    dictionary: str = ""

    @property
    def label(self) -> Message:
        """Its name for people."""
        return Message(code="field", params={"name": self.name.rpartition(".")[2]})

    @property
    def choices(self) -> Mapping[str, Message]:
        """What can be chosen: the code of each entry, and its name for people."""
        return {
            code: Message(code="dictionary", params={"dictionary": self.dictionary, "value": code})
            for code in DICTIONARIES.get(self.dictionary, {})
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Fields of one part of the request, at `path`. A part that is `optional` is left out when nothing is in it."""

    path: str
    fields: tuple[FormField, ...]
    optional: bool = False

    @property
    def group(self) -> str:
        """The name of the part, without its place in a list."""
        return self.path.removesuffix(".0").rpartition(".")[2] or CONSENTS


def _text(name: str, kind: Kind = Kind.TEXT, *, optional: bool = False) -> FormField:
    return FormField(name=name, kind=kind, optional=optional)


def _choice(name: str, dictionary: str, *, optional: bool = False) -> FormField:
    return FormField(name=name, kind=Kind.CHOICE, dictionary=dictionary, optional=optional)


def _section(path: str, *fields: FormField, optional: bool = False) -> Section:
    start = f"{path}." if path else ""
    named = (
        FormField(name=f"{start}{one.name}", kind=one.kind, optional=one.optional, dictionary=one.dictionary)
        for one in fields
    )
    return Section(path=path, fields=tuple(named), optional=optional)


# A part stands after the one that it belongs to.
SECTIONS: Final = (
    _section(
        "person",
        _text("last_name"),
        _text("first_name"),
        _text("second_name", optional=True),
        _text("birth_date", Kind.DATE),
        _text("birth_country"),
        _text("birth_settlement"),
        _choice("gender", "GENDER"),
        _text("no_tax_id", Kind.CHECKBOX, optional=True),
        _text("tax_id", optional=True),
        _text("unzr", optional=True),
        _text("secret"),
        _text("email", Kind.EMAIL, optional=True),
        _choice("preferred_way_communication", "WAY", optional=True),
    ),
    _section(
        "person.documents.0",
        _choice("type", "DOCUMENT_TYPE"),
        _text("number"),
        _text("issued_by"),
        _text("issued_at", Kind.DATE),
        _text("expiration_date", Kind.DATE, optional=True),
    ),
    _section(
        "person.addresses.0",
        _choice("type", "ADDRESS_TYPE"),
        _text("country"),
        _text("area"),
        _text("region", optional=True),
        _text("settlement"),
        _choice("settlement_type", "SETTLEMENT_TYPE"),
        _text("settlement_id"),
        _choice("street_type", "STREET_TYPE", optional=True),
        _text("street", optional=True),
        _text("building", optional=True),
        _text("apartment", optional=True),
        _text("zip", optional=True),
    ),
    _section(
        "person.phones.0",
        _choice("type", "PHONE_TYPE", optional=True),
        _text("number", Kind.PHONE, optional=True),
        optional=True,
    ),
    _section(
        "person.authentication_methods.0",
        _choice("type", "AUTHENTICATION_METHOD", optional=True),
        _text("value", optional=True),
        _text("alias", optional=True),
        optional=True,
    ),
    _section(
        "person.emergency_contact",
        _text("last_name"),
        _text("first_name"),
        _text("second_name", optional=True),
    ),
    _section(
        "person.emergency_contact.phones.0",
        _choice("type", "PHONE_TYPE"),
        _text("number", Kind.PHONE),
    ),
    _section(
        "person.confidant_person",
        _text("person_id"),
        _choice("relation_type", "CONFIDANT_PERSON_TYPE"),
    ),
    _section(
        "person.confidant_person.documents_relationship.0",
        _choice("type", "DOCUMENT_RELATIONSHIP_TYPE"),
        _text("number"),
        _text("issued_by", optional=True),
        _text("issued_at", Kind.DATE, optional=True),
    ),
    _section(
        "",
        _text("patient_signed", Kind.CHECKBOX),
        _text("process_disclosure_data_consent", Kind.CHECKBOX),
    ),
)
FIELDS: Final[Mapping[str, FormField]] = {one.name: one for section in SECTIONS for one in section.fields}


def entered(sent: Iterable[tuple[str, str]]) -> Entered:
    """Give what was typed into a form that a browser sent, without the blanks around it.

    Raises `InvalidInput` for a field that the form does not have, or has once and was sent twice: no browser that
    was shown this form sends such a thing.
    """
    pairs = tuple(sent)
    unknown = [Problem(path="*", rule="extra_forbidden")] if any(name not in FIELDS for name, _ in pairs) else []
    doubled = [
        Problem(path=name, rule="doubled")
        for name, times in Counter(name for name, _ in pairs).items()
        if times > 1 and name in FIELDS
    ]
    if unknown or doubled:
        raise InvalidInput("form", [*unknown, *doubled])
    return {name: typed for name, value in pairs if (typed := value.strip())}


def entered_from(request: Mapping[str, Any]) -> Entered:
    """Give what must be typed to get this request; what the form has no field for is left out."""
    found = ((name, _written(_at(request, name))) for name in FIELDS)
    return {name: value for name, value in found if value}


def read(given: Entered, *, today: date, signed_in_person_id: str) -> RegistrationRequest:
    """Give the request that was filled in, or raise `InvalidInput` with its problems.

    `today` is the calendar day in Kyiv; `signed_in_person_id` the ЕСОЗ id of the person who is going to sign.
    """
    too_long = [
        Problem(path=name, rule="string_too_long", params={"max_length": LONGEST_VALUE})
        for name, value in given.items()
        if len(value) > LONGEST_VALUE
    ]
    if too_long:
        raise InvalidInput("form", too_long)
    request = RegistrationRequest.read(_json_of(given))
    request.check(today=today, signed_in_person_id=signed_in_person_id)
    return request


def field_of(problem: Problem) -> FormField | None:
    """Give the field beside which the problem is to be shown; the first one of a part that is wrong as a whole."""
    if problem.path in FIELDS:
        return FIELDS[problem.path]
    beneath = f"{problem.path}."
    return next((field for name, field in FIELDS.items() if name.startswith(beneath)), None)


def _json_of(given: Entered) -> dict[str, Any]:
    request: dict[str, Any] = {}
    for section in SECTIONS:
        values = {field.name.rpartition(".")[2]: _value(field, given.get(field.name, "")) for field in section.fields}
        filled = {name: value for name, value in values.items() if value != ""}
        if filled or not section.optional:
            _put(request, section.path, filled)
    return request


def _put(request: dict[str, Any], path: str, part: dict[str, Any]) -> None:
    *above, last = path.removesuffix(".0").split(".")
    whole = request
    for step in above:
        whole = whole[step]
    if last:
        whole[last] = [part] if path.endswith(".0") else part
    else:
        whole.update(part)


def _value(field: FormField, typed: str) -> str | bool:
    if field.kind is Kind.CHECKBOX and typed in ("", CHECKED):
        return typed == CHECKED
    return typed


def _written(value: object) -> str:
    if isinstance(value, bool):
        return CHECKED if value else ""
    return value if isinstance(value, str) else ""


def _at(whole: object, path: str) -> object:
    for step in path.split("."):
        if isinstance(whole, list):
            whole = whole[int(step)] if len(whole) > int(step) else None
        else:
            whole = whole.get(step) if isinstance(whole, Mapping) else None
    return whole
