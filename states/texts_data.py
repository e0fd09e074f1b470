"""Names of the data that a page shows (4.4, 4.6) or a form asks for (4.1): fields, and groups of fields.

The names of the fields are those of the PIS API blueprint; their wording here is our own. What is not listed is
shown by its raw name.
"""

from __future__ import annotations

from typing import Final

from .text import Text

GROUPS: Final = {
    "person": Text("Пацієнт", "Patient"),
    "documents": Text("Документ", "Document"),
    "addresses": Text("Адреса", "Address"),
    "phones": Text("Телефон", "Phone"),
    "authentication_methods": Text("Метод автентифікації", "Authentication method"),
    "emergency_contact": Text("Контактна особа на екстрений випадок", "Emergency contact"),
    "confidant_person": Text("Законний представник", "Confidant person"),
    "documents_relationship": Text(
        "Документ, що підтверджує представництво", "Document that confirms the representation"
    ),
    "consents": Text("Згоди", "Consents"),
    "user": Text("Пацієнт, який надає доступ", "Patient who gives access"),
    "client": Text("Додаток, який отримає доступ", "Application that will have access"),
    "scopes": Text("Що буде дозволено", "What will be allowed"),
}

_PERSON: Final = {
    "id": Text("Ідентифікатор", "Identifier"),
    "last_name": Text("Прізвище", "Last name"),
    "first_name": Text("Ім'я", "First name"),
    "second_name": Text("По батькові", "Patronymic"),
    "confidant_name": Text("Від імені пацієнта діє", "Acting for the patient"),
    "full_name": Text("Прізвище, ім'я, по батькові", "Full name"),
    "birth_date": Text("Дата народження", "Date of birth"),
    "birth_country": Text("Країна народження", "Country of birth"),
    "birth_settlement": Text("Населений пункт народження", "Place of birth"),
    "gender": Text("Стать", "Gender"),
    "email": Text("Електронна пошта", "E-mail"),
    "no_tax_id": Text("Відмова від РНОКПП", "Refused a taxpayer number"),
    "tax_id": Text("РНОКПП", "Taxpayer number (РНОКПП)"),
    "unzr": Text("УНЗР (номер запису в Демографічному реєстрі)", "Demographic register number (УНЗР)"),
    "secret": Text("Кодове слово", "Code word"),
    "preferred_way_communication": Text("Бажаний спосіб зв'язку", "Preferred way of communication"),
    "documents": Text("Документи", "Documents"),
    "addresses": Text("Адреси", "Addresses"),
    "phones": Text("Телефони", "Phones"),
    "authentication_methods": Text("Методи автентифікації", "Authentication methods"),
    "emergency_contact": Text("Контактна особа на екстрений випадок", "Emergency contact"),
    "confidant_person": Text("Законний представник", "Confidant person"),
}

_PARTS: Final = {
    # documents, phones, authentication methods
    "type": Text("Тип", "Type"),
    "number": Text("Номер", "Number"),
    "issued_by": Text("Ким видано", "Issued by"),
    "issued_at": Text("Дата видачі", "Date of issue"),
    "expiration_date": Text("Дійсний до", "Valid until"),
    "value": Text("Значення", "Value"),
    "alias": Text("Власна назва методу", "Own name of the method"),
    # addresses
    "country": Text("Країна", "Country"),
    "area": Text("Область", "Region"),
    "region": Text("Район", "District"),
    "settlement": Text("Населений пункт", "Settlement"),
    "settlement_type": Text("Тип населеного пункту", "Type of settlement"),
    "settlement_id": Text("Ідентифікатор населеного пункту", "Identifier of the settlement"),
    "street_type": Text("Тип вулиці", "Type of street"),
    "street": Text("Назва вулиці", "Name of the street"),
    "building": Text("Будинок", "Building"),
    "apartment": Text("Квартира", "Apartment"),
    "zip": Text("Поштовий індекс", "Postal code"),
    # the confidant
    "person_id": Text("Ідентифікатор особи", "Identifier of the person"),
    "relation_type": Text("Вид представництва", "Kind of representation"),
    "documents_relationship": Text(
        "Документи, що підтверджують представництво", "Documents that confirm the representation"
    ),
}

_REQUEST: Final = {
    "request": Text("Запит на реєстрацію", "Registration request"),
    "person": Text("Пацієнт", "Patient"),
    "patient_signed": Text("Згода на підписання даних", "Consent to the signing of the data"),
    "process_disclosure_data_consent": Text(
        "Згода на обробку та розкриття даних", "Consent to the processing and disclosure of the data"
    ),
    "signed_content": Text("Підписаний запит", "Signed request"),
    "signed_content_encoding": Text("Кодування підписаного запиту", "Encoding of the signed request"),
    "filled_on": Text("Дата заповнення", "Date of filling in"),
    "otp": Text("Код із СМС", "Code from the SMS"),
}

_OAUTH: Final = {
    "client": Text("Додаток", "Application"),
    "client_name": Text("Назва додатка", "Name of the application"),
    "client_id": Text("Ідентифікатор додатка (client_id)", "Identifier of the application (client_id)"),
    "redirect_uri": Text("Адреса повернення (redirect_uri)", "Return address (redirect_uri)"),
    "redirect_host": Text("Куди повернеться браузер", "Where the browser will return"),
    "auth_ui": Text("Адреса сторінки ЕСОЗ", "Address of the eHealth page"),
    "scope": Text("Скоупи (scope)", "Scopes (scope)"),
    "user_data": Text("Підписаний запит (user_data)", "Signed request (user_data)"),
    "token": Text("Токен особи (token)", "Token of the person (token)"),
    "state": Text("Параметр state", "Parameter state"),
    "code": Text("Код доступу (code)", "Grant code (code)"),
    "access_token": Text("Токен доступу", "Access token"),
    "refresh_token": Text("Токен оновлення", "Refresh token"),
    "expires_at": Text("Токен доступу дійсний до", "The access token is valid until"),
    "error": Text("Помилка (error)", "Error (error)"),
    "error_description": Text("Опис помилки (error_description)", "Description of the error (error_description)"),
}

FIELDS: Final = {**_PERSON, **_PARTS, **_REQUEST, **_OAUTH}

VALUES: Final = {
    "masked": Text("приховано", "hidden"),
    "yes": Text("так", "yes"),
    "no": Text("ні", "no"),
    # Fillings of a page: the name itself comes from a table, or from ЕСОЗ.
    "field": Text("{name}", "{name}"),
    "group": Text("{name}", "{name}"),
    "scope": Text("{scope}", "{scope}"),
    "dictionary": Text("{value}", "{value}"),
    "date": Text("{day}.{month}.{year}", "{year}-{month}-{day}"),
}
