"""The JSON schema (draft 4) of the signed content.

Source: PIS API blueprint, `Person_Request_PIS_With_Confidant`; page "Rules to validate patient data" (names, phone,
tax id, unzr); the rest follows the open-sourced JSON schemas of person requests. The composition is ours.
"""

from __future__ import annotations

from typing import Final

from .envelope import JsonObject

_SERIES = "((?![ЫЪЭЁ])([А-ЯҐЇІЄ])){2}"
_NO_RUSSIAN = "(?!.*[ЫЪЭЁыъэё@%&$^#])"
_NAME_PART = r"[А-ЯҐЇІЄа-яґїіє\'\-]+"

_DATE: JsonObject = {"type": "string", "format": "date"}
_FILLED: JsonObject = {"type": "string", "minLength": 1}
_TEXT: JsonObject = {"type": "string"}

UUID_PATTERN: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
_UUID: JsonObject = {"type": "string", "pattern": UUID_PATTERN}
_NAME: JsonObject = {
    "type": "string",
    "pattern": rf"^{_NO_RUSSIAN}[a-zA-ZА-ЯҐЇІЄа-яґїіє0-9№\"!\^\*)\]\[(._-].*$",
}
_PERSON_NAME: JsonObject = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": rf"^{_NO_RUSSIAN}{_NAME_PART}(\s{_NO_RUSSIAN}{_NAME_PART})*$",
}


def _object(required: str, **properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def _list(items: JsonObject, minimum: int = 0) -> JsonObject:
    return {"type": "array", "items": items, **({"minItems": minimum} if minimum else {})}


def _pattern(pattern: str) -> JsonObject:
    return {"type": "string", "pattern": pattern}


def _one_of(*values: str) -> JsonObject:
    return {"type": "string", "enum": list(values)}


def _document(required: str, number: JsonObject, *types: str) -> JsonObject:
    return _object(
        f"type number issued_by issued_at {required}",
        type=_one_of(*types),
        number=number,
        issued_by=_FILLED,
        issued_at=_DATE,
        expiration_date=_DATE,
    )


_PHONE = _object("type number", type=_TEXT, number=_pattern(r"^\+38[0-9]{10}$"))

_ADDRESS = _object(
    "type country area settlement settlement_type settlement_id",
    type=_TEXT,
    country=_TEXT,
    area=_NAME,
    region=_NAME,
    settlement=_NAME,
    settlement_type=_TEXT,
    settlement_id=_UUID,
    street_type=_TEXT,
    street=_NAME,
    building=_pattern(r"^[1-9]((?![ЫЪЭЁыъэё])()([А-ЯҐЇІЄа-яґїіє \/\'\-0-9])){0,20}$"),
    apartment=_TEXT,
    zip=_pattern("^[0-9]{5}$"),
)

_DOCUMENTS: JsonObject = {
    "oneOf": [
        _document(
            "",
            _pattern(f"^{_SERIES}[0-9]{{6}}$"),
            "PASSPORT",
            "COMPLEMENTARY_PROTECTION_CERTIFICATE",
            "REFUGEE_CERTIFICATE",
        ),
        _document(
            "",
            _pattern(rf"^({_SERIES}[0-9]{{4,6}}|[0-9]{{9}}|{_SERIES}[0-9]{{5}}\/[0-9]{{5}})$"),
            "PERMANENT_RESIDENCE_PERMIT",
            "TEMPORARY_CERTIFICATE",
        ),
        _document(
            "",
            {
                "type": "string",
                "minLength": 2,
                "maxLength": 25,
                "pattern": r"^(?![ЫЪЭЁыъэё@%&$^#`~:,.*|}{?!])[A-ZА-ЯҐЇІЄ0-9№\/()-]+$",
            },
            "BIRTH_CERTIFICATE",
            "BIRTH_CERTIFICATE_FOREIGN",
            "TEMPORARY_PASSPORT",
        ),
        _document("expiration_date", _pattern("^[0-9]{9}$"), "NATIONAL_ID"),
    ]
}

_CONFIDANT = _object(
    "person_id relation_type documents_relationship",
    person_id=_UUID,
    relation_type=_one_of("PRIMARY", "SECONDARY"),
    documents_relationship=_list(
        _object("type number", type=_FILLED, number=_FILLED, issued_by=_FILLED, issued_at=_DATE), minimum=1
    ),
)

_PERSON = _object(
    "first_name last_name birth_date birth_country birth_settlement gender no_tax_id secret documents addresses "
    "emergency_contact confidant_person",
    first_name=_PERSON_NAME,
    last_name=_PERSON_NAME,
    second_name=_PERSON_NAME,
    birth_date=_DATE,
    birth_country={"type": "string", "minLength": 1, "maxLength": 255},
    birth_settlement={"allOf": [_NAME, {"minLength": 1, "maxLength": 255}]},
    gender={"type": "string", "maxLength": 255},
    email={"type": "string", "format": "email", "maxLength": 255},
    no_tax_id={"type": "boolean"},
    tax_id=_pattern("^[0-9]{10}$"),
    unzr=_pattern("^[0-9]{8}-[0-9]{5}$"),
    secret={"allOf": [_NAME, {"minLength": 6, "maxLength": 20}]},
    documents=_list(_DOCUMENTS, minimum=1),
    addresses=_list(_ADDRESS, minimum=1),
    phones=_list(_PHONE),
    authentication_methods=_list(_object("type", type=_one_of("THIRD_PERSON"), value=_UUID, alias=_TEXT)),
    preferred_way_communication=_one_of("email", "phone"),
    emergency_contact=_object(
        "first_name last_name phones",
        first_name=_PERSON_NAME,
        last_name=_PERSON_NAME,
        second_name=_PERSON_NAME,
        phones=_list(_PHONE, minimum=1),
    ),
    confidant_person=_CONFIDANT,
)

SIGNED_CONTENT: Final[JsonObject] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    **_object(
        "person patient_signed process_disclosure_data_consent",
        person=_PERSON,
        patient_signed={"type": "boolean"},
        process_disclosure_data_consent={"type": "boolean"},
    ),
}
