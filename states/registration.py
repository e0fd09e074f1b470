"""4.1 PIS: the registration request that the confidant fills in and signs.

Source: the flow document, 4.1; the PIS API blueprint for the fields; "Rules to validate patient data" for the rules.
Everything that ЕСОЗ would refuse for the form's own sake is refused here, before anyone signs it. What only ЕСОЗ can
know (whether the person exists, which document types it admits today, who signed) is left to ЕСОЗ.

A request is checked twice, because the library reads no clock: making one checks all that its fields decide among
themselves, and `check` what also takes the date of today.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from ..flow import InvalidInput, Problem, UsageError, Value
from .formats import Consent
from .person import BIRTH_CERTIFICATES, Document, Person
from .rules import Broken

# From this age, in full years, a tax id or its refusal is due and a birth certificate is not.
AGE_OF_TAX_ID: Final = 14
AGE_OF_OWN_DOCUMENT: Final = 14
# The platform calls a birth date invalid outside a configured range of ages that it does not publish.
OLDEST_AGE: Final = 150


class RegistrationRequest(Value):
    """The whole content that is signed: the patient, and the two consents without which nothing is registered.

    Raises `InvalidInput` with every problem that the fields show. The rules are named in `rules.RULES`. Build it
    with the constructor from Python values, with `read` from parsed JSON, with `read_json` from JSON text.
    """

    person: Person
    patient_signed: Consent
    process_disclosure_data_consent: Consent

    def check(self, *, today: date, signed_in_person_id: str | None = None) -> None:
        """Raise `InvalidInput` with all that `rules_on` finds; call it on the day of signing."""
        if found := rules_on(self, today, signed_in_person_id=signed_in_person_id):
            raise InvalidInput(type(self).__name__, found)

    def to_signed_json(self) -> bytes:
        """The UTF-8 bytes to be signed: compact JSON, fields in the documented order, absent optionals left out.

        The same request always gives the same bytes, and `read_json` gives back an equal request.
        """
        return self.model_dump_json(exclude_none=True).encode()


def rules_on(
    request: RegistrationRequest, today: date, *, signed_in_person_id: str | None = None
) -> tuple[Problem, ...]:
    """The rules that a well-formed request breaks on a given day; empty when it breaks none.

    `today` is the calendar day in Kyiv. `signed_in_person_id` is the ЕСОЗ id of the person who is signed in at the
    PIS and is going to sign; when it is known, the confidant must be that person. Raises `UsageError` when `today`
    carries a time of day. Source: "Rules to validate patient data".
    """
    if isinstance(today, datetime):
        raise UsageError(
            "A moment was given where a day is needed.",
            code="day_needed",
            hint="Pass the date in Kyiv: datetime.now(ZoneInfo('Europe/Kyiv')).date().",
        )
    return tuple(broken.problem() for broken in _broken_on(request.person, today, signed_in_person_id))


def _broken_on(person: Person, today: date, signed_in_person_id: str | None) -> Iterator[Broken]:
    age = _full_years(person.birth_date, today)
    if person.birth_date > today or age > OLDEST_AGE:
        yield Broken("birth_date_invalid", ("person", "birth_date"))
    else:
        yield from _broken_at_age(person, age)
    for index, document in enumerate(person.documents):
        yield from _broken_dates(document, index, today)
    if signed_in_person_id not in {None, person.confidant_person.person_id}:
        yield Broken("confidant_not_signer", ("person", "confidant_person", "person_id"))


def _broken_at_age(person: Person, age: int) -> Iterator[Broken]:
    if age >= AGE_OF_TAX_ID and not person.no_tax_id and person.tax_id is None:
        yield Broken("tax_id_required", ("person", "tax_id"))
    if age < AGE_OF_OWN_DOCUMENT and not any(document.type in BIRTH_CERTIFICATES for document in person.documents):
        yield Broken("birth_certificate_required", ("person", "documents"), {"needed": "BIRTH_CERTIFICATE"})


def _broken_dates(document: Document, index: int, today: date) -> Iterator[Broken]:
    if document.issued_at > today:
        yield Broken("issued_in_future", ("person", "documents", index, "issued_at"))
    # The platform still takes a document on its last day.
    if document.expiration_date is not None and document.expiration_date < today:
        yield Broken("expired", ("person", "documents", index, "expiration_date"))


def _full_years(since: date, until: date) -> int:
    return until.year - since.year - ((until.month, until.day) < (since.month, since.day))
