"""Texts of what is wrong with an input: the rules of `Problem`s, for queries (4.1, 4.8), events and the form of 4.1.

All of them are our own; what ЕСОЗ itself says of the same rules is in `rules`. A rule's text follows the name of a
field and a colon. It takes the rule's parameters, never the refused value.
"""

from __future__ import annotations

from typing import Final

from .text import Text

_NOT_READ: Final = Text("значення не вдалося прочитати", "the value could not be read")
_NOT_TEXT: Final = Text("потрібен текст", "a text is needed")
_NOT_A_DATE: Final = Text("потрібна дата, наприклад 2010-05-31", "a date is needed, for example 2010-05-31")
_NOT_LISTED: Final = Text("такого значення немає в довіднику", "there is no such value in the dictionary")
_NOT_JSON: Final = Text("текст не є коректним JSON", "the text is not valid JSON")

_QUERY: Final = {
    "doubled": Text("параметр указано кілька разів", "the parameter is given more than once"),
    "control_character": Text("містить недозволені символи", "contains characters that are not allowed"),
    "bad_escape": Text("містить некоректне відсоткове кодування", "contains a bad percent-escape"),
    "not_utf_8": Text("текст не в кодуванні UTF-8", "the text is not UTF-8"),
    "too_many_parameters": Text("забагато параметрів", "too many parameters"),
}

_SHAPE: Final = {
    "json_invalid": _NOT_JSON,
    "json_type": _NOT_JSON,
    "invalid_key": _NOT_JSON,
    "string_unicode": _NOT_TEXT,
    "missing": Text("обов'язкове поле не заповнено", "a required field is not filled in"),
    "extra_forbidden": Text("такого поля немає", "there is no such field"),
    "string_type": _NOT_TEXT,
    "bool_type": Text("потрібне значення «так» або «ні»", "yes or no is needed"),
    "date_type": _NOT_A_DATE,
    "tuple_type": Text("потрібен перелік", "a list is needed"),
    "model_type": _NOT_READ,
    "value_error": Text("значення не відповідає вимогам", "the value does not meet the requirements"),
    "enum": _NOT_LISTED,
    "is_instance_of": _NOT_LISTED,
    "too_short": Text(
        "замало елементів, потрібно щонайменше {min_length}", "too few items, at least {min_length} needed"
    ),
    "too_long": Text("завелика довжина, дозволено щонайбільше {max_length}", "too long, at most {max_length} allowed"),
    "string_too_short": Text(
        "замало символів, потрібно щонайменше {min_length}", "too short, at least {min_length} needed"
    ),
    "string_too_long": Text(
        "забагато символів, дозволено щонайбільше {max_length}", "too long, at most {max_length} allowed"
    ),
    "string_pattern_mismatch": Text(
        "значення не відповідає потрібному формату", "the value is not of the needed format"
    ),
}

_FORMATS: Final = {
    "identifier": Text(
        "дозволено лише латинські літери, цифри, дефіс і підкреслення",
        "letters, digits, hyphens and underscores are needed",
    ),
    "path": Text("потрібен шлях, що починається з косої риски", "a path that begins with a slash is needed"),
    "unsafe_url": Text(
        "потрібна адреса https, яка не може перенаправити деінде", "an https URL is needed that cannot lead elsewhere"
    ),
    "otp": Text("потрібно від чотирьох до восьми цифр", "four to eight digits are needed"),
    "printable_ascii": Text("дозволено лише друковані символи ASCII", "only printable characters of ASCII are allowed"),
    "base64": Text("потрібен текст у кодуванні base64", "standard base64 with padding is needed"),
    "text_character": Text("містить символ, який неможливо надіслати", "contains a character that cannot be sent"),
    "person_name_format": Text(
        "дозволено українські літери, апостроф, дефіс і поодинокі пробіли",
        "Ukrainian letters, apostrophe, hyphen and single spaces are allowed",
    ),
    "name_format": Text(
        "має починатися з літери або цифри й не містити ы, ъ, э, ё, @, %, &, $, ^, #",
        "must begin with a letter or a digit and hold none of ы, ъ, э, ё, @, %, &, $, ^, #",
    ),
    "uuid_format": Text(
        "потрібен ідентифікатор ЕСОЗ (UUID малими літерами)", "an identifier of eHealth is needed (lower-case UUID)"
    ),
    "phone_number_format": Text("потрібен номер на зразок +380501234567", "a number such as +380501234567 is needed"),
    "tax_id_format": Text("потрібно десять цифр", "ten digits are needed"),
    "unzr_format": Text("потрібен номер на зразок 20100531-01234", "a number such as 20100531-01234 is needed"),
    "building_format": Text("потрібен номер будинку на зразок 12-А", "a number of a house such as 12-А is needed"),
    "zip_format": Text("потрібно п'ять цифр", "five digits are needed"),
    "document_number_format": Text(
        "номер не відповідає типу документа", "the number is not of the format of this type of document"
    ),
    "country_format": Text(
        "потрібен код країни з двох літер, наприклад UA", "a code of two letters is needed, for example UA"
    ),
    "email_format": Text("потрібна адреса електронної пошти", "an e-mail address is needed"),
    "date_format": _NOT_A_DATE,
    "date_existence": Text("такої дати немає в календарі", "there is no such date"),
}

_PATIENT: Final = {
    "consent_required": Text("потрібна згода", "the consent is needed"),
    "duplicate": Text("цей тип уже вказано", "this type is already given"),
    "birth_certificate_number_invalid": Text(
        "некоректний номер свідоцтва про народження", "the number of the birth certificate is not valid"
    ),
    "expiration_date_required": Text(
        "для цього типу документа потрібно вказати строк дії", "this type of document needs its date of expiry"
    ),
    "passport_and_national_id": Text(
        "вкажіть лише один паспорт: або біометричний, або старого зразка",
        "give one passport only: the biometric one or the old one",
    ),
    "unzr_required": Text("для біометричного паспорта потрібен УНЗР", "a biometric passport needs the УНЗР"),
    "unzr_birth_date": Text("УНЗР має починатися з дати народження", "the УНЗР must begin with the date of birth"),
    "tax_id_refused_but_given": Text(
        "вказано і РНОКПП, і відмову від нього", "both the taxpayer number and its refusal are given"
    ),
    "tax_id_required": Text(
        "від 14 років потрібно вказати РНОКПП або відмову від нього",
        "from the age of 14 the taxpayer number or its refusal is needed",
    ),
    "birth_date_invalid": Text("некоректна дата народження", "the date of birth is not valid"),
    "birth_certificate_required": Text(
        "до 14 років потрібне свідоцтво про народження", "under the age of 14 a birth certificate is needed"
    ),
    "issued_before_birth": Text(
        "документ не міг бути виданий раніше за дату народження", "a document cannot be older than its holder"
    ),
    "issued_in_future": Text("дата видачі ще не настала", "the date of issue is in the future"),
    "expired": Text("строк дії документа минув", "the document has expired"),
    "residence_missing": Text("потрібна адреса проживання", "an address of residence is needed"),
    "residence_repeated": Text("адреса проживання може бути лише одна", "only one address of residence is allowed"),
    "third_person_only": Text(
        "дозволено лише авторизацію через довірену особу", "only authorisation through a confidant person is allowed"
    ),
    "third_person_not_confidant": Text(
        "ця особа має бути законним представником із цього запиту",
        "this person must be the confidant person of this request",
    ),
    "confidant_not_signer": Text(
        "законний представник та підписант мають бути однією особою",
        "the confidant person and the signer must be the same",
    ),
}

_LINK: Final = {
    "doubled": Text("параметр «{field}» указано кілька разів", "the parameter “{field}” is given more than once"),
    "control_character": Text(
        "параметр «{field}» містить недозволені символи", "the parameter “{field}” contains characters not allowed"
    ),
    "printable_ascii": Text(
        "параметр «{field}» містить недозволені символи", "the parameter “{field}” contains characters not allowed"
    ),
    "bad_escape": Text("некоректне відсоткове кодування", "there is a bad percent-escape in it"),
    "not_utf_8": Text("текст не в кодуванні UTF-8", "its text is not UTF-8"),
    "too_many_parameters": Text("забагато параметрів", "it has too many parameters"),
    "too_long": Text("воно задовге", "it is too long"),
    "malformed": Text("його не вдалося прочитати", "it could not be read"),
}
LINK_RULES: Final = frozenset(_LINK)
"""What can be wrong with the link of the PIS (4.2), each with a message of its own."""
LINK_PROBLEMS: Final = {
    f"link.{rule}": Text(
        f"Посилання від ПІС містить помилку: {text.uk}. Повідомте про це підтримку ПІС.",
        f"The link from the PIS has an error: {text.en}. Tell the support of the PIS.",
    )
    for rule, text in _LINK.items()
}

PROBLEMS: Final = {**_QUERY, **_SHAPE, **_FORMATS, **_PATIENT}

PROBLEM_FRAMES: Final = {
    "problem": Text("{field}: {what}", "{field}: {what}"),
    "problem_of_all": Text("Дані загалом: {what}", "The data as a whole: {what}"),
    "rule_unknown": Text(
        "значення не відповідає вимогам ({rule})", "the value does not meet the requirements ({rule})"
    ),
}
