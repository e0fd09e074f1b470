"""What a registration request can violate: one table of codes, and how a violation is reported at its field.

Source: "Rules to validate patient data" and the validator texts of the platform. A code is what a program acts on
(`Problem.rule`); the text beside it is what the platform itself answers when the same rule is broken there.
`%{...}` marks a parameter, as it does in the platform's own texts; a parameter that would repeat the refused value
or other data of the patient is never filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import LiteralString, NamedTuple

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from ..flow import Problem

_PATTERN: LiteralString = 'string does not match pattern "%{pattern}"'
_NOT_IN_DICTIONARY: LiteralString = "value is not allowed in enum"
_MALFORMED: LiteralString = "Malformed request. Probably, you have sent corrupted JSON."

RULES: Mapping[LiteralString, LiteralString] = MappingProxyType(
    {
        # The JSON itself.
        "json_invalid": _MALFORMED,
        "json_type": _MALFORMED,
        "string_unicode": _MALFORMED,
        "invalid_key": _MALFORMED,
        # The shape.
        "missing": "required property %{property} was not present",
        "extra_forbidden": "schema does not allow additional properties",
        "string_type": "type mismatch. Expected string but got %{actual}",
        "bool_type": "type mismatch. Expected boolean but got %{actual}",
        "date_type": "type mismatch. Expected string but got %{actual}",
        "tuple_type": "type mismatch. Expected array but got %{actual}",
        "model_type": "type mismatch. Expected object but got %{actual}",
        "too_short": "expected a minimum of %{min} items but got %{actual}",
        "too_long": "expected a maximum of %{max} items but got %{actual}",
        "string_too_short": "expected value to have a minimum length of %{min} but was %{actual}",
        "string_too_long": "expected value to have a maximum length of %{max} but was %{actual}",
        "enum": _NOT_IN_DICTIONARY,
        "is_instance_of": _NOT_IN_DICTIONARY,
        # The formats.
        "text_character": "The text holds a character that cannot be sent.",
        "person_name_format": _PATTERN,
        "name_format": _PATTERN,
        "uuid_format": _PATTERN,
        "phone_number_format": _PATTERN,
        "tax_id_format": _PATTERN,
        "unzr_format": _PATTERN,
        "building_format": _PATTERN,
        "zip_format": _PATTERN,
        "document_number_format": _PATTERN,
        "country_format": _NOT_IN_DICTIONARY,
        "email_format": 'expected "%{actual}" to be an email address',
        "date_format": 'expected "%{actual}" to be a valid ISO 8601 date',
        "date_existence": 'expected "%{actual}" to be an existing date',
        # The business rules that need no date of today.
        "consent_required": "expected true but got false for attribute %{attribute}",
        "duplicate": "No duplicate values.",
        "birth_certificate_number_invalid": "Birth certificate number is not valid",
        "expiration_date_required": "expiration_date is mandatory for document_type %{document_type}",
        "passport_and_national_id": "Person can have only new passport NATIONAL_ID or old PASSPORT",
        "unzr_required": "unzr is mandatory for document type NATIONAL_ID",
        "unzr_birth_date": "Birthdate or unzr is not correct",
        "tax_id_refused_but_given": "Persons who refused the tax_id should be without tax_id",
        "issued_before_birth": "Document issued date should greater than person.birth_date",
        "residence_missing": "Addresses with type RESIDENCE should be present",
        "residence_repeated": "Single address of type 'RESIDENCE' is required, got: %{actual}",
        "third_person_only": _NOT_IN_DICTIONARY,
        "third_person_not_confidant": "The third person must be the confidant person.",
        # The business rules that need the date of today, or the person who is signed in.
        "birth_date_invalid": "Invalid birth date",
        "tax_id_required": "Only persons who refused the tax_id could be without tax_id",
        "birth_certificate_required": "Must contain required item.",
        "issued_in_future": "Document issued date should be in the past",
        "expired": "Document expiration_date should be in the future",
        "confidant_not_signer": "Confidant person and signer must be the same",
    }
)

# The platform checks these in ways it has not published, or not at all; the texts are ours.
RULES_OF_OURS: frozenset[str] = frozenset({"text_character", "third_person_not_confidant"})


class Broken(NamedTuple):
    """One broken rule, the field where it is seen from the value under check, and the rule's own parameters."""

    rule: LiteralString
    at: tuple[str | int, ...]
    params: Mapping[str, str | int] = MappingProxyType({})

    def problem(self) -> Problem:
        return Problem(path=".".join(map(str, self.at)), rule=self.rule, params=dict(self.params))


def broken_format(rule: LiteralString, pattern: str | None = None) -> PydanticCustomError:
    """The error for one field, to be raised by its validator; it never carries the refused value."""
    return PydanticCustomError(rule, RULES[rule], None if pattern is None else {"pattern": pattern})


def refuse(found: Iterable[Broken]) -> None:
    """Raise what was found, if anything, from inside a pydantic validator.

    A plain error raised there would point at the whole value under check. A `ValidationError` keeps its inner
    places, so each problem is reported at its own field and the outermost value adds the rest of the path.
    """
    details = [
        InitErrorDetails(
            type=PydanticCustomError(rule, RULES[rule], dict(params) or None),
            loc=at,
            input=None,
        )
        for rule, at, params in found
    ]
    if details:
        raise ValidationError.from_exception_data("rules", details, hide_input=True)
