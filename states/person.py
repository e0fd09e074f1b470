"""The person of a registration request: `Person_Request_PIS_With_Confidant` of the PIS API blueprint.

Fields stand in the order in which they are signed. Mandatory fields have no default; an absent optional is `None`,
and `None` is never sent. What needs the date of today is not checked here but by `registration.rules_on`.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from ..flow import Value
from .dictionaries import (
    AddressType,
    AuthenticationMethodType,
    ConfidantPersonType,
    DocumentRelationshipType,
    DocumentType,
    Gender,
    PhoneType,
    PreferredWayCommunication,
    SettlementType,
    StreetType,
)
from .formats import (
    Building,
    Country,
    Day,
    Email,
    FilledText,
    Flag,
    Items,
    Name,
    PersonName,
    PhoneNumber,
    Secret,
    Sendable,
    ShortName,
    ShortText,
    TaxId,
    Text,
    Unzr,
    Uuid,
    Zip,
)
from .rules import Broken, broken_format, refuse

_TWO_LETTERS = r"((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}"
_SERIES = rf"^{_TWO_LETTERS}[0-9]{{6}}$"
_CERTIFICATE = r"^(?![ЫЪЭЁыъэё@%&$^#`~:,.*|}{?!])[A-ZА-ЯҐЇІЄ0-9№\/()-]+$"
_PERMIT = rf"^({_TWO_LETTERS}[0-9]{{4,6}}|[0-9]{{9}}|{_TWO_LETTERS}[0-9]{{5}}\/[0-9]{{5}})$"

DOCUMENT_NUMBERS: Final = {
    DocumentType.PASSPORT: _SERIES,
    DocumentType.NATIONAL_ID: r"^[0-9]{9}$",
    DocumentType.BIRTH_CERTIFICATE: _CERTIFICATE,
    DocumentType.BIRTH_CERTIFICATE_FOREIGN: _CERTIFICATE,
    DocumentType.TEMPORARY_PASSPORT: _CERTIFICATE,
    DocumentType.COMPLEMENTARY_PROTECTION_CERTIFICATE: _SERIES,
    DocumentType.REFUGEE_CERTIFICATE: _SERIES,
    DocumentType.PERMANENT_RESIDENCE_PERMIT: _PERMIT,
    DocumentType.TEMPORARY_CERTIFICATE: _PERMIT,
}
BIRTH_CERTIFICATES: Final = frozenset({DocumentType.BIRTH_CERTIFICATE, DocumentType.BIRTH_CERTIFICATE_FOREIGN})
NEVER_EXPIRING: Final = BIRTH_CERTIFICATES | {DocumentType.PASSPORT}


class Phone(Value):
    """A phone of the patient or of the emergency contact; `number` is +38 and ten digits."""

    type: Annotated[PhoneType, Sendable]
    number: PhoneNumber


class Document(Value):
    """A document that proves who the patient is. The format of `number` depends on `type`."""

    type: Annotated[DocumentType, Sendable]
    # The limits of the longest and the shortest kind; a pattern never meets more than 25 characters.
    number: Annotated[str, Field(min_length=2, max_length=25), Sendable]
    issued_by: FilledText
    issued_at: Day
    expiration_date: Annotated[Day | None, Field(validate_default=True)] = None

    @field_validator("number")
    @classmethod
    def _number_has_the_format_of_its_type(cls, number: str, so_far: ValidationInfo) -> str:
        kind = so_far.data.get("type")
        if kind is None or re.fullmatch(DOCUMENT_NUMBERS[kind], number):
            return number
        if kind in BIRTH_CERTIFICATES:
            raise broken_format("birth_certificate_number_invalid")
        raise broken_format("document_number_format", DOCUMENT_NUMBERS[kind])

    @field_validator("expiration_date")
    @classmethod
    def _expiring_types_say_when(cls, expires: Day | None, so_far: ValidationInfo) -> Day | None:
        kind = so_far.data.get("type")
        if expires is None and kind is not None and kind not in NEVER_EXPIRING:
            raise broken_format("expiration_date_required")
        return expires


class Address(Value):
    """An address; `settlement_id` and the names come from the platform's register of addresses."""

    type: Annotated[AddressType, Sendable]
    country: Country
    area: Name
    region: Name | None = None
    settlement: Name
    settlement_type: Annotated[SettlementType, Sendable]
    settlement_id: Uuid
    street_type: Annotated[StreetType, Sendable] | None = None
    street: Name | None = None
    building: Building | None = None
    apartment: Text | None = None
    zip: Zip | None = None


class AuthenticationMethod(Value):
    """How the patient confirms later requests: through the third person `value`, called `alias` by the patient.

    The blueprint makes `value` and `alias` mandatory for THIRD_PERSON, and no other type is allowed here.
    """

    type: Annotated[AuthenticationMethodType, Sendable]
    value: Uuid
    alias: Text

    @field_validator("type")
    @classmethod
    def _is_a_third_person(cls, method: AuthenticationMethodType) -> AuthenticationMethodType:
        if method is not AuthenticationMethodType.THIRD_PERSON:
            raise broken_format("third_person_only")
        return method


class DocumentRelationship(Value):
    """A document that proves the relation between confidant and patient."""

    type: Annotated[DocumentRelationshipType, Sendable]
    number: FilledText
    issued_by: FilledText | None = None
    issued_at: Day | None = None


class ConfidantPerson(Value):
    """Who registers the patient: the person who is signed in and who signs; `person_id` is their id in ЕСОЗ."""

    person_id: Uuid
    relation_type: Annotated[ConfidantPersonType, Sendable]
    documents_relationship: Annotated[tuple[DocumentRelationship, ...], Items, Field(min_length=1)]


def _repeated_types(listed: Iterable[Document | Phone]) -> Iterator[Broken]:
    seen = set[str]()
    for index, item in enumerate(listed):
        if item.type in seen:
            yield Broken("duplicate", (index, "type"))
        seen.add(item.type)


def _each_phone_type_once(phones: tuple[Phone, ...]) -> tuple[Phone, ...]:
    refuse(_repeated_types(phones))
    return phones


def _documents_go_together(documents: tuple[Document, ...]) -> tuple[Document, ...]:
    refuse(_repeated_types(documents))
    if {DocumentType.PASSPORT, DocumentType.NATIONAL_ID} <= {document.type for document in documents}:
        raise broken_format("passport_and_national_id")
    return documents


def _one_residence(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    residences = sum(address.type is AddressType.RESIDENCE for address in addresses)
    if residences == 0:
        raise broken_format("residence_missing")
    if residences > 1:
        raise broken_format("residence_repeated")
    return addresses


Phones = Annotated[tuple[Phone, ...], Items, AfterValidator(_each_phone_type_once)]
SomePhones = Annotated[tuple[Phone, ...], Items, Field(min_length=1), AfterValidator(_each_phone_type_once)]
Documents = Annotated[tuple[Document, ...], Items, Field(min_length=1), AfterValidator(_documents_go_together)]
Addresses = Annotated[tuple[Address, ...], Items, Field(min_length=1), AfterValidator(_one_residence)]


class EmergencyContact(Value):
    """Whom to call when something happens to the patient."""

    first_name: PersonName
    last_name: PersonName
    second_name: PersonName | None = None
    phones: SomePhones


class Person(Value):
    """The patient to be registered. `secret` is the patient's code word, not a password of the sign-up.

    Rules across fields are checked once every field is right by itself, so they are reported in a second round.
    """

    first_name: PersonName
    last_name: PersonName
    second_name: PersonName | None = None
    birth_date: Day
    birth_country: ShortText
    birth_settlement: ShortName
    gender: Annotated[Gender, Sendable]
    email: Email | None = None
    no_tax_id: Flag
    tax_id: TaxId | None = None
    unzr: Unzr | None = None
    secret: Secret
    documents: Documents
    addresses: Addresses
    phones: Phones | None = None
    authentication_methods: Annotated[tuple[AuthenticationMethod, ...], Items] | None = None
    preferred_way_communication: Annotated[PreferredWayCommunication, Sendable] | None = None
    emergency_contact: EmergencyContact
    confidant_person: ConfidantPerson

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        refuse(_disagreements(self))
        return self


def _disagreements(person: Person) -> Iterator[Broken]:
    if person.no_tax_id and person.tax_id is not None:
        yield Broken("tax_id_refused_but_given", ("tax_id",))
    if person.unzr is None:
        if any(document.type is DocumentType.NATIONAL_ID for document in person.documents):
            yield Broken("unzr_required", ("unzr",))
    elif not person.unzr.startswith(person.birth_date.isoformat().replace("-", "")):
        yield Broken("unzr_birth_date", ("unzr",))
    for index, document in enumerate(person.documents):
        if document.issued_at < person.birth_date:
            yield Broken("issued_before_birth", ("documents", index, "issued_at"))
    for index, method in enumerate(person.authentication_methods or ()):
        if method.value != person.confidant_person.person_id:
            yield Broken("third_person_not_confidant", ("authentication_methods", index, "value"))
