"""The formats that the fields of a registration request share: text, flags, dates, lists, patterns.

Source: "Rules to validate patient data" for names, phones, unzr and tax id; the platform's JSON schemas for the rest.

Two things hold for all of them. A value has exactly the JSON type that the platform wants, also where pydantic would
be willing to convert (`1` is not a consent, `20200101` not a date). And a pattern must cover the whole text: the
documented `^...$` would let a trailing line feed pass, so every match is a full match; the text of the pattern stays
as it was published. `.` does not cover a line feed, as in the platform.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, LiteralString

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticKnownError

from .rules import broken_format

# No list of a request is meant to be long: types may not repeat. Without a limit, a hostile list would be answered
# with a problem for each of its items.
MOST_ITEMS: Final = 50

_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

PERSON_NAME = r"^(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє\'\-]+(\s(?!.*[ЫЪЭЁыъэё@%&$^#])[А-ЯҐЇІЄа-яґїіє\'\-]+)*$"
NAME = r"^(?!.*[ЫЪЭЁыъэё@%&$^#])[a-zA-ZА-ЯҐЇІЄа-яґїіє0-9№\"!\^\*)\]\[(._-].*$"
UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
PHONE_NUMBER = r"^\+38[0-9]{10}$"
TAX_ID = r"^[0-9]{10}$"
UNZR = r"^[0-9]{8}-[0-9]{5}$"
BUILDING = r"^[1-9]((?![ЫЪЭЁыъэё])()([А-ЯҐЇІЄа-яґїіє \/\'\-0-9])){0,20}$"
ZIP = r"^[0-9]{5}$"
COUNTRY = r"^[A-Z]{2}$"
# Dotted words of the characters that RFC 5322 calls atext, then a host name whose last label is letters. Each
# repeated part ends at a dot that it cannot hold itself, so a match never has to be sought twice.
EMAIL = (
    r"^[A-Za-z0-9_!#$%&'*+/=?`{|}~^-]+(?:\.[A-Za-z0-9_!#$%&'*+/=?`{|}~^-]+)*"
    r"@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$"
)


def _sendable_text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    if _UNSENDABLE.search(value):
        raise broken_format("text_character")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]


def _true(value: Flag) -> Flag:
    if not value:
        raise broken_format("consent_required")
    return value


def _day(value: object, asked: ValidationInfo) -> object:
    if isinstance(value, str):
        day = _day_written(value)
        # In Python the text goes on as it is: `read` turns it into a date and the constructor refuses it.
        return day if asked.mode == "json" else value
    if not isinstance(value, date) or isinstance(value, datetime):
        raise PydanticKnownError("date_type")
    return value


def _day_written(text: str) -> date:
    if not _ISO_DATE.fullmatch(text):
        raise broken_format("date_format")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise broken_format("date_existence") from None


def _items(value: object, asked: ValidationInfo) -> object:
    if not isinstance(value, list | tuple):
        raise PydanticKnownError("tuple_type")
    if len(value) > MOST_ITEMS:
        raise PydanticKnownError(
            "too_long", {"field_type": "Tuple", "max_length": MOST_ITEMS, "actual_length": len(value)}
        )
    return tuple(value) if asked.mode == "json" else value


def matching(rule: LiteralString, pattern: str) -> Callable[[str], str]:
    """A check that `pattern` covers the whole text; otherwise `rule` is broken."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise broken_format(rule, pattern)
        return text

    return check


Sendable = BeforeValidator(_sendable_text)
"""Before an entry of a dictionary: only text gets as far as being looked up."""

Items = BeforeValidator(_items)
"""Before a list: a JSON array or a Python list or tuple of at most `MOST_ITEMS`, never another iterable."""

# Constraints stand before `Sendable`: pydantic then checks them inside of it, on the text itself, and reports them as
# rules of a text. The length is checked before the pattern: person names look ahead again after each space, so their
# time grows with the square of the length.
Text = Annotated[str, Sendable]
FilledText = Annotated[str, Field(min_length=1), Sendable]
ShortText = Annotated[str, Field(min_length=1, max_length=255), Sendable]
PersonName = Annotated[ShortText, AfterValidator(matching("person_name_format", PERSON_NAME))]
Name = Annotated[Text, AfterValidator(matching("name_format", NAME))]
ShortName = Annotated[ShortText, AfterValidator(matching("name_format", NAME))]
Secret = Annotated[str, Field(min_length=6, max_length=20), Sendable, AfterValidator(matching("name_format", NAME))]
Email = Annotated[str, Field(max_length=255), Sendable, AfterValidator(matching("email_format", EMAIL))]
Uuid = Annotated[Text, AfterValidator(matching("uuid_format", UUID))]
PhoneNumber = Annotated[Text, AfterValidator(matching("phone_number_format", PHONE_NUMBER))]
TaxId = Annotated[Text, AfterValidator(matching("tax_id_format", TAX_ID))]
Unzr = Annotated[Text, AfterValidator(matching("unzr_format", UNZR))]
Building = Annotated[Text, AfterValidator(matching("building_format", BUILDING))]
Zip = Annotated[Text, AfterValidator(matching("zip_format", ZIP))]
Country = Annotated[Text, AfterValidator(matching("country_format", COUNTRY))]

Day = Annotated[date, BeforeValidator(_day)]
Consent = Annotated[Flag, AfterValidator(_true)]
