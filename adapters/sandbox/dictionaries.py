"""The dictionary service, versions 1 and 2.

Source: PIS API blueprint (version 2), the open-sourced front-end (version 1). Values and Ukrainian names are those
of the platform's 2019 fixture, except the countries and what `scopes` marks as ours.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from .envelope import JsonObject
from .scopes import OWN_NAMES, PLATFORM_NAMES


def _table(text: str) -> dict[str, str]:
    pairs = (line.strip().partition(" ") for line in text.strip().splitlines())
    return {code: name for code, _, name in pairs}


# ISO 3166-1 alpha-2. The names of the neighbours are our own wording, the others stand for themselves.
_COUNTRY_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
_COUNTRY_NAMES: Final = {
    "UA": "Україна",
    "PL": "Польща",
    "SK": "Словаччина",
    "HU": "Угорщина",
    "RO": "Румунія",
    "MD": "Молдова",
}

_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "GENDER": _table("""
        MALE чоловіча
        FEMALE жіноча
    """),
    "DOCUMENT_TYPE": _table("""
        PASSPORT Паспорт громадянина України
        NATIONAL_ID Біометричний паспорт громадянина України
        TEMPORARY_PASSPORT Тимчасове посвідчення громадянина України
        BIRTH_CERTIFICATE Свідоцтво про народження (для осіб, які не досягли 14-річного віку)
        TEMPORARY_CERTIFICATE Посвідка на проживання
        PERMANENT_RESIDENCE_PERMIT Посвідка на постійне проживання в Україні
        REFUGEE_CERTIFICATE Посвідка біженця
        COMPLEMENTARY_PROTECTION_CERTIFICATE Посвідчення особи, яка потребує додаткового захисту
    """),
    "DOCUMENT_RELATIONSHIP_TYPE": _table("""
        DOCUMENT Документ
        COURT_DECISION Рішення суду
        BIRTH_CERTIFICATE Свідоцтво про народження
        CONFIDANT_CERTIFICATE Посвідчення опікуна
    """),
    "CONFIDANT_PERSON_TYPE": _table("""
        PRIMARY Законний представник пацієнта головний
        SECONDARY Законний представник пацієнта другорядний
    """),
    "ADDRESS_TYPE": _table("""
        RESIDENCE проживання
        REGISTRATION реєстрації
    """),
    "SETTLEMENT_TYPE": _table("""
        CITY місто
        TOWNSHIP селище міського типу
        SETTLEMENT селище
        VILLAGE село
    """),
    "PHONE_TYPE": _table("""
        MOBILE мобільний
        LAND_LINE стаціонарний
    """),
    "AUTHENTICATION_METHOD": _table("""
        OTP Авторизація через СМС
        OFFLINE Авторизація через верифікацію документів
    """),
    "STREET_TYPE": _table("""
        ALLEY алея
        ASCENT узвіз
        AVENUE проспект
        BLIND_STREET тупик
        BLOCK квартал
        BOARGING_HOUSE пансіонат
        BOULEVARD бульвар
        COUNTRY_LANE завулок
        CROSSROADS розвилка
        DACHA_COOPERATIVE Дачний кооператив
        ENTRANCE в'їзд
        FORESTRY лісництво
        GARDEN_SQUARE сквер
        GROVE гай
        HAMLET хутір
        HIGHWAY шосе
        HOUSING_AREA житловий масив
        ISLAND острів
        LANE провулок
        LINE лінія
        MAIDAN майдан
        MICRODISTRICT мікрорайон
        MILITARY_BASE військова частина
        MINE шахта
        PARK парк
        PASS прохід
        PASSAGE проїзд
        PASSING_LOOP роз'їзд
        RIVER_SIDE набережна
        ROAD дорога
        ROADWAY тракт
        SANATORIUM санаторій
        SELECTION_BASE селекційна станція
        SETTLEMENT селище
        SQUARE площа
        STATE_FARM радгосп
        STATION станція
        STATION_SETTLEMENT будинок МПС
        STREET вулиця
        TRACK траса
        TRACT урочище
        WAY шлях
    """),
    "COUNTRY": {code: _COUNTRY_NAMES.get(code, code) for code in _COUNTRY_CODES.split()},
    "SCOPES": {**PLATFORM_NAMES, **OWN_NAMES},
}

# Values that newer services use and no public dictionary names: accepted in requests, not listed.
_UNLISTED: Final = {"DOCUMENT_RELATIONSHIP_TYPE": frozenset({"DEPRIVATION_OF_PARENTAL_RIGHTS"})}


def values(name: str) -> frozenset[str]:
    """The codes a request may use."""
    return frozenset(_NAMES[name]) | _UNLISTED.get(name, frozenset())


def version_1(query: Mapping[str, str]) -> list[JsonObject]:
    """`GET /api/dictionaries`: one object for each dictionary, `values` a mapping of code to name."""
    return [
        {"name": name, "labels": ["ADMIN", "SYSTEM"], "is_active": True, "values": dict(names)}
        for name, names in _NAMES.items()
        if query.get("name", name) == name and query.get("is_active", "true") == "true"
    ]


def version_2(query: Mapping[str, str]) -> list[JsonObject]:
    """`GET /api/v2/dictionaries`: `values` a list that `value_code`, `value_description`, `value_is_active` narrow."""
    return [
        {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"dictionary:{found['name']}")),
            "name": found["name"],
            "description": found["name"],
            "is_active": True,
            "values": _value_list(found["values"], query),
        }
        for found in version_1(query)
    ]


def _value_list(names: Mapping[str, str], query: Mapping[str, str]) -> list[JsonObject]:
    if query.get("value_is_active", "true") != "true":
        return []
    return [
        {"code": code, "description": name, "is_active": True, "child_values": []}
        for code, name in names.items()
        if query.get("value_code", code) == code and query.get("value_description", name) == name
    ]
