"""The patient's data as read-only fields (4.4), from the validation answer as it came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..flow import Field, FieldGroup, Message
from .signup import SignUp

_MASKED = frozenset({"secret"})
_GROUPS = ("documents", "addresses", "phones", "authentication_methods", "emergency_contact", "confidant_person")
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


def groups_of(signup: SignUp) -> tuple[FieldGroup, ...]:
    """Give every datum of the patient: one group for the person, one for each list or object in it."""
    person: dict[str, Any] = json.loads(signup.patient.get_secret_value()) if signup.patient else {}
    own = {name: value for name, value in person.items() if name not in _GROUPS}
    groups = [_group("person", own)]
    for name in _GROUPS:
        groups += [_group(name, item) for item in _items(person.get(name))]
    return tuple(group for group in groups if group.fields)


def full_name(signup: SignUp) -> str:
    """Give the patient's last, first and second name."""
    person: dict[str, Any] = json.loads(signup.patient.get_secret_value()) if signup.patient else {}
    names = (person.get(name) for name in ("last_name", "first_name", "second_name"))
    return " ".join(name for name in names if isinstance(name, str) and name)


def _items(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _group(name: str, content: object) -> FieldGroup:
    return FieldGroup(title=Message(code="group", params={"name": name}), fields=tuple(_fields(name, name, content)))


def _fields(group: str, name: str, value: object) -> Iterator[Field]:
    if name in _MASKED:
        yield Field(label=Message(code="field", params={"name": name}), value=Message(code="masked"))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(name if isinstance(inner, Mapping | list) else group, str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _fields(name, name, inner)
    elif value is not None:
        yield Field(label=Message(code="field", params={"name": name}), value=_shown(group, name, value))


def _shown(group: str, name: str, value: object) -> str | Message:
    if isinstance(value, bool):
        return Message(code="yes" if value else "no")
    dictionary = _TYPES.get(group) if name == "type" else _DICTIONARIES.get(name)
    if dictionary:
        return Message(code="dictionary", params={"dictionary": dictionary, "value": str(value)})
    return str(value)
