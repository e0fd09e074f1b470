"""Business rules for the patient's data: what a JSON schema cannot say.

Source: page "Rules to validate patient data" and the open-sourced person validators, whose messages and entry paths
these are, to the letter. Which of them hold for a patient with a confidant is public by title only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from .dictionaries import values
from .envelope import Invalid, JsonObject
from .settings import SandboxSettings

_BIRTH_CERTIFICATES: Final = frozenset({"BIRTH_CERTIFICATE", "BIRTH_CERTIFICATE_FOREIGN"})
_EXPIRING: Final = frozenset(
    {
        "NATIONAL_ID",
        "TEMPORARY_PASSPORT",
        "COMPLEMENTARY_PROTECTION_CERTIFICATE",
        "REFUGEE_CERTIFICATE",
        "PERMANENT_RESIDENCE_PERMIT",
        "TEMPORARY_CERTIFICATE",
    }
)
_OLDEST: Final = 150
_CERTIFICATE_NUMBER = re.compile(r"[A-ZА-ЯҐЇІЄ0-9№/()-]{2,25}")


def age(birth_date: date, today: date) -> int:
    """Full years."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def person_problems(person: JsonObject, today: date, settings: SandboxSettings) -> list[Invalid]:
    """Every broken rule of a person that already matches the schema."""
    born = date.fromisoformat(person["birth_date"])
    if born > today or age(born, today) > _OLDEST:
        # No other rule means anything without a birth date.
        return [Invalid(entry="$.birth_date", description="Invalid birth date")]
    years = age(born, today)
    return [
        *_dictionary_problems(person),
        *_identity_problems(person, years, settings),
        *_document_problems(person, born, today, years, settings),
        *_address_problems(person),
        *_duplicates(person.get("phones", []), "phones"),
        *_method_problems(person),
    ]


def _identity_problems(person: JsonObject, years: int, settings: SandboxSettings) -> Iterator[Invalid]:
    has_tax_id = "tax_id" in person
    if not person["no_tax_id"] and not has_tax_id and years >= settings.no_self_registration_age:
        yield Invalid(
            entry="$.person.tax_id", description="Only persons who refused the tax_id could be without tax_id"
        )
    if person["no_tax_id"] and has_tax_id:
        yield Invalid(entry="$.person.tax_id", description="Persons who refused the tax_id should be without tax_id")
    if "unzr" in person and not person["unzr"].startswith(person["birth_date"].replace("-", "")):
        yield Invalid(entry="$.person.unzr", description="Birthdate or unzr is not correct")
    if settings.limit_patient_age and years >= settings.full_legal_capacity_age:
        yield Invalid(entry="$.person.birth_date", description="Incorrect person age for such an action")


def _document_problems(
    person: JsonObject, born: date, today: date, years: int, settings: SandboxSettings
) -> Iterator[Invalid]:
    documents: list[JsonObject] = person["documents"]
    types = {document["type"] for document in documents}
    if "NATIONAL_ID" in types and "unzr" not in person:
        yield Invalid(entry="$.person", description="unzr is mandatory for document type NATIONAL_ID")
    if years < settings.no_self_registration_age and not types & _BIRTH_CERTIFICATES:
        yield Invalid(
            entry="$.person.documents", description="Must contain required item.", params=["BIRTH_CERTIFICATE"]
        )
    if {"PASSPORT", "NATIONAL_ID"} <= types:
        text = "Person can have only new passport NATIONAL_ID or old PASSPORT"
        yield Invalid(entry="$.person.documents", description=text)
    yield from _duplicates(documents, "documents")
    for index, document in enumerate(documents):
        yield from _one_document(document, f"$.person.documents.[{index}]", born, today, settings)


def _one_document(
    document: JsonObject, entry: str, born: date, today: date, settings: SandboxSettings
) -> Iterator[Invalid]:
    kind = document["type"]
    issued = date.fromisoformat(document["issued_at"])
    allowed = settings.registration_document_types
    if allowed is not None and kind not in allowed:
        yield Invalid(entry=f"{entry}.type", description="Submitted document type is not allowed")
    if kind in _BIRTH_CERTIFICATES and not _CERTIFICATE_NUMBER.fullmatch(document["number"]):
        yield Invalid(entry=f"{entry}.number", description="Birth certificate number is not valid")
    if issued > today:
        yield Invalid(entry=f"{entry}.issued_at", description="Document issued date should be in the past")
    if issued < born:
        text = "Document issued date should greater than person.birth_date"
        yield Invalid(entry=f"{entry}.issued_at", description=text)
    expires = document.get("expiration_date")
    if expires is None and kind in _EXPIRING:
        text = f"expiration_date is mandatory for document_type {kind}"
        yield Invalid(entry=f"{entry}.expiration_date", description=text)
    if expires is not None and date.fromisoformat(expires) < today:
        yield Invalid(entry=f"{entry}.expiration_date", description="Document expiration_date should be in the future")


def _address_problems(person: JsonObject) -> Iterator[Invalid]:
    count = sum(address["type"] == "RESIDENCE" for address in person["addresses"])
    if not count:
        yield Invalid(entry="$.addresses", description="Addresses with type RESIDENCE should be present")
    if count > 1:
        text = f"Single address of type 'RESIDENCE' is required, got: {count}"
        yield Invalid(entry="$.addresses", description=text)


def _method_problems(person: JsonObject) -> Iterator[Invalid]:
    confidant = person["confidant_person"]["person_id"]
    for index, method in enumerate(person.get("authentication_methods", [])):
        if method.get("value", confidant) != confidant:
            # Our own wording: that the value is the confidant is said of sibling services only.
            yield Invalid(
                entry=f"$.person.authentication_methods.[{index}].value",
                description="Authentication method value should be the confidant person",
            )


def _duplicates(items: list[JsonObject], name: str) -> Iterator[Invalid]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item["type"] in seen:
            yield Invalid(entry=f"$.person.{name}.[{index}].type", description="No duplicate values.")
        seen.add(item["type"])


def _dictionary_problems(person: JsonObject) -> Iterator[Invalid]:
    for dictionary, entry, value in _coded(person):
        if value is not None and value not in values(dictionary):
            yield Invalid(entry=entry, rule="inclusion", description="value is not allowed in enum")


def _coded(person: JsonObject) -> Iterator[tuple[str, str, str | None]]:
    yield "GENDER", "$.person.gender", person["gender"]
    for index, address in enumerate(person["addresses"]):
        at = f"$.person.addresses.[{index}]"
        yield "ADDRESS_TYPE", f"{at}.type", address["type"]
        yield "COUNTRY", f"{at}.country", address["country"]
        yield "SETTLEMENT_TYPE", f"{at}.settlement_type", address["settlement_type"]
        yield "STREET_TYPE", f"{at}.street_type", address.get("street_type")
    yield from _phone_types(person.get("phones", []), "$.person.phones")
    yield from _phone_types(person["emergency_contact"]["phones"], "$.person.emergency_contact.phones")
    for index, document in enumerate(person["confidant_person"]["documents_relationship"]):
        at = f"$.person.confidant_person.documents_relationship.[{index}].type"
        yield "DOCUMENT_RELATIONSHIP_TYPE", at, document["type"]


def _phone_types(phones: list[JsonObject], at: str) -> Iterator[tuple[str, str, str | None]]:
    for index, phone in enumerate(phones):
        yield "PHONE_TYPE", f"{at}.[{index}].type", phone["type"]
