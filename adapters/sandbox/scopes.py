"""Scopes and their names.

Codes: PIS API blueprint, the scopes a patient may grant. Names without `_pis`: the SCOPES dictionary of the
open-sourced platform. No public source names the `*_pis` scopes: those names are OUR OWN WORDING.
"""

from __future__ import annotations

from typing import Final

SESSION_SCOPE: Final = "app:authorize"

OWN_NAMES: Final = {
    "app:read_pis": "Перегляд наданих дозволів",
    "app:delete_pis": "Скасування наданих дозволів",
    "confidant_person:login": "Вхід законного представника",
    "confidant_person:sign_up": "Реєстрація пацієнта законним представником",
    "person_documents:write_pis": "Зміна документів пацієнта",
    "person_verification:details_pis": "Перегляд стану верифікації пацієнта",
    "person:details_pis": "Перегляд даних пацієнта",
    "authentication_method:read_pis": "Перегляд методів автентифікації",
    "authentication_method_request:write_pis": "Зміна методів автентифікації",
    "declaration_request:read_pis": "Перегляд переліку запитів на декларацію",
    "declaration_request:details_pis": "Перегляд запиту на декларацію",
    "declaration_request:write_pis": "Створення запиту на декларацію пацієнтом",
    "declaration_request:sign_pis": "Підпис запиту на декларацію пацієнтом",
    "declaration_request:reject_pis": "Відхилення запиту на декларацію пацієнтом",
    "declaration:read_pis": "Перегляд переліку декларацій",
    "declaration:details_pis": "Перегляд декларації",
    "declaration:terminate_pis": "Розірвання декларації пацієнтом",
    "employee:read_pis": "Перегляд лікарів",
    "legal_entity:read_pis": "Перегляд закладів",
    "division:read_pis": "Перегляд підрозділів закладу",
    "party:read_pis": "Перегляд даних медичних працівників",
    "employee_role:read_pis": "Перегляд ролей лікарів",
    "healthcare_service:read_pis": "Перегляд послуг закладу",
    "person_request:read_pis": "Перегляд переліку запитів на зміну даних пацієнта",
    "person_request:details_pis": "Перегляд запиту на зміну даних пацієнта",
    "person_request:write_pis": "Створення запиту на зміну даних пацієнта",
    "person_request:reject_pis": "Відхилення запиту на зміну даних пацієнта",
}

PLATFORM_NAMES: Final = {
    "app:authorize": "Авторизація в системі",
    "app:read": "Перегляд персональних даних",
    "app:write": "Зміна персональних даних",
    "app:delete": "Видалення персональних даних",
    "cabinet:read": "Доступ до персонального кабінету",
    "person:read": "Отримання даних пацієнта",
    "person:write": "Зміна даних пацієнта",
    "person:reset_authentication_method": "Скидання методу авторизації пацієнта",
    "declaration:read": "Отримання деталей декларації",
    "declaration:terminate": "Розірвання декларації",
    "declaration_request:read": "Отримання інформації про запит декларації",
    "declaration_request:write": "Створення запиту на декларацію",
    "declaration_request:sign": "Підпис декларації",
    "declaration_request:reject": "Відхилення створення декларації",
    "employee:read": "Отримання інформації про запис співробітника",
    "legal_entity:read": "Отримання інформації про заклад",
    "division:read": "Отримання переліку підрозділів",
    "division:details": "Отримання деталей підрозділу",
    "authentication_factor:read": "Отримання даних двофакторної аторизації",
    "authentication_factor:write": "Зміна двофакторної аторизації",
    "dictionary:read": "Отримання словників",
    "otp:read": "Перевірка дійсності телефону",
    "otp:write": "Підтвердження дійсності телефону",
}

PATIENT_SCOPES: Final = frozenset(OWN_NAMES)
"""What the role of a patient's user allows."""

CLIENT_TYPE_SCOPES: Final = PATIENT_SCOPES | {"person:sign_up", "person:sign_in", "profile:read"}
"""What the client type PIS allows; wider than the role, as the two are checked separately."""


def words(scope: str) -> tuple[str, ...]:
    """The single scopes of a space-separated list, each once, in order (RFC 6749, section 3.3)."""
    return tuple(dict.fromkeys(scope.split()))


def is_reading(scope: str) -> bool:
    """Whether a scope only lets data be looked at."""
    return scope.rpartition(":")[2].startswith(("read", "details"))
