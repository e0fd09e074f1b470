"""The patient's data as read-only fields (4.4), from the validation answer as it came."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..flow import Field, FieldGroup, Message
from .signup import SignUp

_MASKED = frozenset({"secret"})
_GROUPS = ("documents", "addresses", "phones", "authentication_methods", "emergency_contact", "confidant_person")
_GROUPS_WITHIN = {"confidant_person": ("documents_relationship",)}
# People look for a name first, and in Ukrainian the last name leads. What is not listed follows as it came.
_FIRST = ("last_name", "first_name", "second_name")
_DICTIONARIES = {
    "gender": "GENDER",
    "relation_type": "CONFIDANT_PERSON_TYPE",
    "settlement_type": "SETTLEMENT_TYPE",
    "street_type": "STREET_TYPE",
    "preferred_way_communication": "WAY",
}
_TYPES = {
    "documents": "DOCUMENT_TYPE",
    "addresses": "ADDRESS_TYPE",
    "phones": "PHONE_TYPE",
    "authentication_methods": "AUTHENTICATION_METHOD",
    "documents_relationship": "DOCUMENT_RELATIONSHIP_TYPE",
}
_DATES = frozenset({"birth_date", "issued_at", "expiration_date"})
_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")


def groups_of(signup: SignUp) -> tuple[FieldGroup, ...]:
    """Give every datum of the patient: one group for the person, one for each list or object in it."""
    person = _person(signup)
    groups = [_group("person", _without(_GROUPS, person))]
    for name in _GROUPS:
        for item in _items(person.get(name)):
            groups += _groups_of_item(name, item)
    return tuple(group for group in groups if group.fields)


def full_name(signup: SignUp) -> str:
    """Give the patient's last, first and second name."""
    return _name_in(_person(signup))


def confidant_name(signup: SignUp) -> str:
    """Give the confidant's last, first and second name; empty where the answer did not tell them."""
    confidant = _person(signup).get("confidant_person")
    return _name_in(confidant) if isinstance(confidant, Mapping) else ""


def _person(signup: SignUp) -> dict[str, Any]:
    person: dict[str, Any] = json.loads(signup.patient.get_secret_value()) if signup.patient else {}
    return person


def _name_in(person: Mapping[str, Any]) -> str:
    names = (person.get(name) for name in _FIRST)
    return " ".join(name for name in names if isinstance(name, str) and name)


def _items(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _without(names: tuple[str, ...], content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


def _groups_of_item(name: str, item: object) -> Iterator[FieldGroup]:
    if not isinstance(item, Mapping):
        yield _group(name, item)
        return
    within = _GROUPS_WITHIN.get(name, ())
    yield _group(name, _without(within, item))
    for inner in within:
        for one in _items(item.get(inner)):
            yield _group(inner, one)


def _group(name: str, content: object) -> FieldGroup:
    return FieldGroup(title=Message(code="group", params={"name": name}), fields=tuple(_fields(name, name, content)))


def _fields(group: str, name: str, value: object) -> Iterator[Field]:
    if name in _MASKED:
        yield Field(label=Message(code="field", params={"name": name}), value=Message(code="masked"))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=_place):
            yield from _fields(name, str(key), value[key])
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(name, name, inner)
    elif value is not None:
        yield Field(label=Message(code="field", params={"name": name}), value=_shown(group, name, value))


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _shown(group: str, name: str, value: object) -> str | Message:
    if isinstance(value, bool):
        return Message(code="yes" if value else "no")
    dictionary = _TYPES.get(group) if name == "type" else _DICTIONARIES.get(name)
    if dictionary:
        return Message(code="dictionary", params={"dictionary": dictionary, "value": str(value)})
    date = _DATE.fullmatch(str(value)) if name in _DATES else None
    return Message(code="date", params=date.groupdict()) if date else str(value)
