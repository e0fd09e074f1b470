"""An invented family: the registration request that the tests start from. None of these people exists."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any, Final

PATIENT_BORN: Final = date(2015, 7, 5)
TODAY: Final = date(2024, 2, 1)
"""A day on which the example is right: the patient is eight."""

CONFIDANT_ID: Final = "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f"
CONFIDANT_TAX_ID: Final = "3221302486"

EXAMPLE_REQUEST: Final[dict[str, Any]] = {
    "person": {
        "first_name": "Марко",
        "last_name": "Садовий",
        "second_name": "Олегович",
        "birth_date": "2015-07-05",
        "birth_country": "Україна",
        "birth_settlement": "Вінниця",
        "gender": "MALE",
        "email": "sadova.family@example.com",
        "no_tax_id": False,
        "tax_id": "4218901133",
        "unzr": "20150705-00011",
        "secret": "калина2015",
        "documents": [
            {
                "type": "BIRTH_CERTIFICATE",
                "number": "АМ123456",
                "issued_by": "Вінницький міський відділ ДРАЦС",
                "issued_at": "2015-07-20",
            }
        ],
        "addresses": [
            {
                "type": "RESIDENCE",
                "country": "UA",
                "area": "ВІННИЦЬКА",
                "region": "ВІННИЦЬКИЙ",
                "settlement": "ВІННИЦЯ",
                "settlement_type": "CITY",
                "settlement_id": "b075f148-7f93-4fc2-b2ec-2d81b19a9b7b",
                "street_type": "STREET",
                "street": "Ніжинська",
                "building": "15",
                "apartment": "23",
                "zip": "21000",
            }
        ],
        "phones": [{"type": "MOBILE", "number": "+380501112233"}],
        "authentication_methods": [{"type": "THIRD_PERSON", "value": CONFIDANT_ID, "alias": "мама"}],
        "preferred_way_communication": "phone",
        "emergency_contact": {
            "first_name": "Олена",
            "last_name": "Садова",
            "second_name": "Петрівна",
            "phones": [{"type": "MOBILE", "number": "+380501112233"}],
        },
        "confidant_person": {
            "person_id": CONFIDANT_ID,
            "relation_type": "PRIMARY",
            "documents_relationship": [
                {
                    "type": "BIRTH_CERTIFICATE",
                    "number": "АМ123456",
                    "issued_by": "Вінницький міський відділ ДРАЦС",
                    "issued_at": "2015-07-20",
                }
            ],
        },
    },
    "patient_signed": True,
    "process_disclosure_data_consent": True,
}

ABSENT: Final = object()
"""As a changed value: leave the field out."""


def example_request(**changes: object) -> dict[str, Any]:
    """A fresh copy of the example, changed by path: `person__documents__0__number="1"`, `person__email=ABSENT`."""
    request = deepcopy(EXAMPLE_REQUEST)
    for path, value in changes.items():
        *above, last = [int(step) if step.isdecimal() else step for step in path.split("__")]
        place: Any = request
        for step in above:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return request
