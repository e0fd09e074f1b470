"""The platform's dictionaries that a registration request speaks in: code, Ukrainian name, English name.

Source: the platform's dictionaries as the PIS API blueprint refers to them. A code travels on the wire, a name is
shown to people. The Ukrainian names are the platform's own, except those listed in `UKRAINIAN_NAMES_OF_OURS`;
every English name is ours, because the platform publishes none. COUNTRY is left out: its codes are the two-letter
codes of ISO 3166-1 and are checked for their shape only.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Entry(StrEnum):
    """One code of a dictionary. It is the code itself as a string; `uk` and `en` are what people read."""

    uk: str
    en: str

    def __new__(cls, code: str, uk: str, en: str) -> Self:
        entry = str.__new__(cls, code)
        entry._value_ = code
        entry.uk = uk
        entry.en = en
        return entry


class Gender(Entry):
    """GENDER."""

    MALE = "MALE", "чоловіча", "male"
    FEMALE = "FEMALE", "жіноча", "female"


class DocumentType(Entry):
    """DOCUMENT_TYPE: what proves who the patient is."""

    PASSPORT = "PASSPORT", "Паспорт громадянина України", "Passport of a citizen of Ukraine"
    NATIONAL_ID = "NATIONAL_ID", "Біометричний паспорт громадянина України", "Biometric passport (ID card)"
    TEMPORARY_PASSPORT = (
        "TEMPORARY_PASSPORT",
        "Тимчасове посвідчення громадянина України",
        "Temporary certificate of a citizen of Ukraine",
    )
    BIRTH_CERTIFICATE = (
        "BIRTH_CERTIFICATE",
        "Свідоцтво про народження (для осіб, які не досягли 14-річного віку)",
        "Birth certificate (for persons under 14)",
    )
    BIRTH_CERTIFICATE_FOREIGN = (
        "BIRTH_CERTIFICATE_FOREIGN",
        "Свідоцтво про народження іноземного зразка",
        "Birth certificate issued abroad",
    )
    TEMPORARY_CERTIFICATE = "TEMPORARY_CERTIFICATE", "Посвідка на проживання", "Residence permit"
    PERMANENT_RESIDENCE_PERMIT = (
        "PERMANENT_RESIDENCE_PERMIT",
        "Посвідка на постійне проживання в Україні",
        "Permanent residence permit of Ukraine",
    )
    REFUGEE_CERTIFICATE = "REFUGEE_CERTIFICATE", "Посвідка біженця", "Refugee certificate"
    COMPLEMENTARY_PROTECTION_CERTIFICATE = (
        "COMPLEMENTARY_PROTECTION_CERTIFICATE",
        "Посвідчення особи, яка потребує додаткового захисту",
        "Certificate of a person in need of complementary protection",
    )


class DocumentRelationshipType(Entry):
    """DOCUMENT_RELATIONSHIP_TYPE: what proves that the confidant may act for the patient."""

    DOCUMENT = "DOCUMENT", "Документ", "Document"
    COURT_DECISION = "COURT_DECISION", "Рішення суду", "Court decision"
    BIRTH_CERTIFICATE = "BIRTH_CERTIFICATE", "Свідоцтво про народження", "Birth certificate"
    CONFIDANT_CERTIFICATE = "CONFIDANT_CERTIFICATE", "Посвідчення опікуна", "Guardian's certificate"
    DEPRIVATION_OF_PARENTAL_RIGHTS = (
        "DEPRIVATION_OF_PARENTAL_RIGHTS",
        "Позбавлення батьківських прав",
        "Deprivation of parental rights",
    )


class ConfidantPersonType(Entry):
    """CONFIDANT_PERSON_TYPE, the `relation_type` of a confidant."""

    PRIMARY = "PRIMARY", "Законний представник пацієнта головний", "Primary legal representative of the patient"
    SECONDARY = (
        "SECONDARY",
        "Законний представник пацієнта другорядний",
        "Secondary legal representative of the patient",
    )


class AddressType(Entry):
    """ADDRESS_TYPE."""

    RESIDENCE = "RESIDENCE", "проживання", "residence"
    REGISTRATION = "REGISTRATION", "реєстрації", "registration"


class SettlementType(Entry):
    """SETTLEMENT_TYPE."""

    CITY = "CITY", "місто", "city"
    TOWNSHIP = "TOWNSHIP", "селище міського типу", "urban-type settlement"
    SETTLEMENT = "SETTLEMENT", "селище", "settlement"
    VILLAGE = "VILLAGE", "село", "village"


class PhoneType(Entry):
    """PHONE_TYPE."""

    MOBILE = "MOBILE", "мобільний", "mobile"
    LAND_LINE = "LAND_LINE", "стаціонарний", "land line"


class AuthenticationMethodType(Entry):
    """AUTHENTICATION_METHOD. A sign-up by a confidant may name THIRD_PERSON only."""

    OTP = "OTP", "Авторизація через СМС", "Authorisation by a text message"
    OFFLINE = (
        "OFFLINE",
        "Авторизація через верифікацію документів",
        "Authorisation by verification of documents",
    )
    THIRD_PERSON = "THIRD_PERSON", "Авторизація через довірену особу", "Authorisation through a confidant person"
    NA = "NA", "Без методу авторизації", "No authorisation method"


class PreferredWayCommunication(Entry):
    """How the patient wants to be reached."""

    EMAIL = "email", "електронна пошта", "e-mail"
    PHONE = "phone", "телефон", "phone"


class StreetType(Entry):
    """STREET_TYPE. BOARGING_HOUSE is spelled as the platform spells it."""

    ALLEY = "ALLEY", "алея", "alley"
    ASCENT = "ASCENT", "узвіз", "ascent"
    AVENUE = "AVENUE", "проспект", "avenue"
    BLIND_STREET = "BLIND_STREET", "тупик", "blind street"
    BLOCK = "BLOCK", "квартал", "block"
    BOARGING_HOUSE = "BOARGING_HOUSE", "пансіонат", "boarding house"
    BOULEVARD = "BOULEVARD", "бульвар", "boulevard"
    COUNTRY_LANE = "COUNTRY_LANE", "завулок", "country lane"
    CROSSROADS = "CROSSROADS", "розвилка", "crossroads"
    DACHA_COOPERATIVE = "DACHA_COOPERATIVE", "Дачний кооператив", "dacha cooperative"
    ENTRANCE = "ENTRANCE", "в'їзд", "entrance"
    FORESTRY = "FORESTRY", "лісництво", "forestry"
    GARDEN_SQUARE = "GARDEN_SQUARE", "сквер", "garden square"
    GROVE = "GROVE", "гай", "grove"
    HAMLET = "HAMLET", "хутір", "hamlet"
    HIGHWAY = "HIGHWAY", "шосе", "highway"
    HOUSING_AREA = "HOUSING_AREA", "житловий масив", "housing area"
    ISLAND = "ISLAND", "острів", "island"
    LANE = "LANE", "провулок", "lane"
    LINE = "LINE", "лінія", "line"
    MAIDAN = "MAIDAN", "майдан", "maidan"
    MICRODISTRICT = "MICRODISTRICT", "мікрорайон", "microdistrict"
    MILITARY_BASE = "MILITARY_BASE", "військова частина", "military base"
    MINE = "MINE", "шахта", "mine"
    PARK = "PARK", "парк", "park"
    PASS = "PASS", "прохід", "pass"
    PASSAGE = "PASSAGE", "проїзд", "passage"
    PASSING_LOOP = "PASSING_LOOP", "роз'їзд", "passing loop"
    RIVER_SIDE = "RIVER_SIDE", "набережна", "riverside"
    ROAD = "ROAD", "дорога", "road"
    ROADWAY = "ROADWAY", "тракт", "roadway"
    SANATORIUM = "SANATORIUM", "санаторій", "sanatorium"
    SELECTION_BASE = "SELECTION_BASE", "селекційна станція", "selection base"
    SETTLEMENT = "SETTLEMENT", "селище", "settlement"
    SQUARE = "SQUARE", "площа", "square"
    STATE_FARM = "STATE_FARM", "радгосп", "state farm"
    STATION = "STATION", "станція", "station"
    STATION_SETTLEMENT = "STATION_SETTLEMENT", "будинок МПС", "railway settlement"
    STREET = "STREET", "вулиця", "street"
    TRACK = "TRACK", "траса", "track"
    TRACT = "TRACT", "урочище", "tract"
    WAY = "WAY", "шлях", "way"


# The platform uses these codes, but no name for them was published where we could read it.
UKRAINIAN_NAMES_OF_OURS: frozenset[Entry] = frozenset(
    {
        DocumentType.BIRTH_CERTIFICATE_FOREIGN,
        DocumentRelationshipType.DEPRIVATION_OF_PARENTAL_RIGHTS,
        AuthenticationMethodType.THIRD_PERSON,
        AuthenticationMethodType.NA,
        PreferredWayCommunication.EMAIL,
        PreferredWayCommunication.PHONE,
    }
)
