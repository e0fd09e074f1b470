"""Texts of what ЕСОЗ answers (4.3, 4.5, 4.7, 4.9), and of the five checks of 4.2.

Ukrainian texts of 4.2 are the document's. Translations of answers are of the page "PIS. Confidant patient sign-up",
section *Business logic errors*, of its twin "PIS. Patient sign-up" and of the open-sourced sign-up pages; the
English of a published message is the message itself. All of them keep their spelling, Latin letters included.
"""

from __future__ import annotations

from typing import Final

from .text import Source, Text, document, published

QUERY_CHECKS: Final = {
    "client_id_missing": document(
        "Не вказаний ідентифікатор додатку для авторизації",
        "No application identifier is given for authorization",
        "4.2.1",
    ),
    "redirect_uri_missing": document("Не вказано адресу зворотнього визову", "No callback address is given", "4.2.2"),
    "scope_missing": document("Не вказано скоупів для авторизації", "No scopes are given for authorization", "4.2.3"),
    "user_data_empty": document("Не вказано дані для авторизації", "No data are given for authorization", "4.2.4"),
    "token_missing": document(
        "Не вказано токен особи для авторизації", "No person's token is given for authorization", "4.2.5"
    ),
}

ANSWERS: Final = {
    "user_data_missing": published("Відсутні дані для реєстрації", "user_data missing", Source.PUBLISHED),
    "signed_content_invalid": published(
        "Підписаний контент некоректний або прострочений.", "Invalid signed content.", Source.PUBLISHED
    ),
    "jwt_invalid": published("Підписаний контент некоректний або прострочений.", "JWT is invalid.", Source.PUBLISHED),
    "signer_not_authenticated": published(
        "Не вдалося ідентифікувати підписанта", "Unable to authenticate signer", Source.PUBLISHED
    ),
    # The public copies of the page end inside the last word: its ending is ours.
    "patient_signed_false": published(
        "Користувач повинен погодитись з підписанням даних", "The user must agree to the signing of the data"
    ),
    "disclosure_consent_false": Text(
        "Користувач повинен погодитись на обробку та розкриття даних",
        "The user must agree to the processing and disclosure of the data",
    ),
    "confidant_is_not_signer": Text(
        "Законний представник та підписант мають бути однією особою",
        "Confidant person and signer must be the same",
        source_en=Source.PUBLISHED,
    ),
    "signer_is_not_person": published(
        "Дані з підпису не співпадають з даними для реєстрації",
        "The data of the signature do not match the data for the registration",
    ),
    "tax_id_exists": published(
        "Користувач з таким ідентифікаційним номером вже існує.",
        "User with such tax_id already exists",
        Source.PUBLISHED,
    ),
    "relationship_exists": Text(
        "Зв'язок між законним представником і цим пацієнтом уже зареєстровано",
        "Relationship between confidant patient and related patient already exists",
        source_en=Source.PUBLISHED,
    ),
    "email_exists": published(
        "Користувач з такою email-адресою вже існує.", "A user with this e-mail address already exists."
    ),
    # The word "cecії" is published with three Latin letters.
    "session_expired": published(
        "Термін cecії користувача вичерпано. Радимо повернутися до попереднього кроку",
        "The user's session is over. Please go back to the previous step",
    ),
    "signature_expired": published(
        "Підписаний контент некоректний або прострочений.", "Digital signature timestamp is expired", Source.PUBLISHED
    ),
    "jwt_expired": published(
        "Час заповнення форми вичерпався. Будь ласка, відправте форму повторно.",
        "The time for filling in the form is over. Please send the form again.",
    ),
    "person_ambiguous": Text(
        "Неможливо однозначно ідентифікувати особу",
        "It is impossible to uniquely identify the person.",
        source_en=Source.PUBLISHED,
    ),
    "user_blocked": published("Користувача заблоковано", "User is blocked.", Source.PUBLISHED),
    "property_missing": Text(
        "Не заповнено обов'язкове поле: {property}", "A required field is not filled in: {property}"
    ),
    "too_few_items": Text(
        "Недостатня кількість елементів у списку (потрібно щонайменше {min})",
        "Too few items in the list (at least {min} needed)",
    ),
    # An answer without a translation is shown in the words of ЕСОЗ.
    "answer": Text("{text}", "{text}"),
    "answer_unreadable": Text(
        "Відповідь ЕСОЗ не вдалося розібрати (код відповіді {status}).",
        "The answer of eHealth could not be understood (status {status}).",
    ),
}
