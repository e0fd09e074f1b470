"""The invented family of the demonstration: a mother signs up her son."""

from __future__ import annotations

from typing import Any

CHILD: dict[str, Any] = {
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
    "authentication_methods": [
        {"type": "THIRD_PERSON", "value": "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f", "alias": "мама"}
    ],
    "preferred_way_communication": "phone",
    "emergency_contact": {
        "first_name": "Олена",
        "last_name": "Садова",
        "second_name": "Петрівна",
        "phones": [{"type": "MOBILE", "number": "+380501112233"}],
    },
    "confidant_person": {
        "person_id": "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f",
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
}

REQUEST: dict[str, Any] = {"person": CHILD, "patient_signed": True, "process_disclosure_data_consent": True}
