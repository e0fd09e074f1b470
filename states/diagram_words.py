"""What diagrams and tables call the states, events, guards and parties, in Ukrainian and in English: our own words."""

from __future__ import annotations

from typing import Final

from .names import Actor, Name
from .text import Text

ACTORS: Final = {
    Actor.PIS: Text("ПІС", "PIS"),
    Actor.AUTH_UI: Text("Auth UI (сторінки ЕСОЗ)", "Auth UI (pages of ЕСОЗ)"),
}

LANES: Final = {
    "user": Text("Користувач", "User"),
    "pis_fe": Text("ПІС FE", "PIS FE"),
    "pis_be": Text("ПІС BE", "PIS BE"),
    "auth_ui": Text("Auth UI", "Auth UI"),
    "esoz": Text("ЕСОЗ BE", "ЕСОЗ BE"),
}

SECTIONS: Final = {
    "4.1": "ПІС: підготувати дані для реєстрації пацієнта",
    "4.2": "Auth UI: перевірити параметри запиту",
    "4.3": "Auth UI: почати перевірку запиту на реєстрацію",
    "4.4": "Auth UI: показати дані пацієнта для підтвердження",
    "4.5": "Auth UI: підтвердити реєстрацію пацієнта",
    "4.6": "Auth UI: показати сторінку згоди",
    "4.7": "Auth UI: прийняти доступи",
    "4.8": "Auth UI: повернути код доступу на redirect_uri",
    "4.9": "ПІС: отримати токен доступу й токен оновлення",
}

STATES: Final = {
    Name.VALIDATE_PARAMS: Text("Перевірка параметрів посилання", "Checking the parameters of the link"),
    Name.INIT_VALIDATION: Text("Перевірка підписаного запиту", "Validating the signed request"),
    Name.REGISTER: Text("Реєстрація пацієнта", "Registering the patient"),
    Name.USER_ROLES: Text("Ролі користувача", "Roles of the user"),
    Name.GLOBAL_ROLES: Text("Глобальні ролі користувача", "Global roles of the user"),
    Name.AVAILABLE_SCOPES: Text("Доступи, які можна надати", "Scopes that may be approved"),
    Name.SCOPE_NAMES: Text("Назви доступів", "Names of the scopes"),
    Name.CLIENT_DETAILS: Text("Назва додатка", "Name of the application"),
    Name.APPROVE: Text("Надання дозволу", "Authorizing the approval"),
    Name.DECLINE_REDIRECT: Text("Повернення до ПІС з відмовою", "Back to the PIS with the refusal"),
    Name.EXCHANGE: Text("Обмін коду на токени", "Exchanging the code for tokens"),
    Name.SAVE_TOKENS: Text("Збереження токенів", "Saving the tokens"),
}
"""States without a page. The others are called by the titles of their pages."""

EVENTS: Final = {
    "RequestFilled": Text("Запит заповнено", "The request is filled in"),
    "RequestSigned": Text("Запит підписано", "The request is signed"),
    "SigningFailed": Text("Підписати не вдалося", "Signing failed"),
    "EditAgain": Text("Виправити дані", "Correct the data"),
    "HandedOver": Text("Браузер іде до Auth UI", "The browser goes to the Auth UI"),
    "Opened": Text("Відкрито посилання ПІС", "The link of the PIS is opened"),
    "OpenedMalformed": Text("Відкрито нечитне посилання", "An unreadable link is opened"),
    "Answered": Text("Відповідь ЕСОЗ", "Answer of ЕСОЗ"),
    "VaultAnswered": Text("Відповідь сховища", "Answer of the vault"),
    "Unanswered": Text("Відповідь не надійшла", "The answer did not come"),
    "Unreachable": Text("Запит не надіслано", "The request was not sent"),
    "Expired": Text("Час вийшов", "The time is over"),
    "Confirm": Text("Прийняти та продовжити", "Accept and proceed"),
    "Accept": Text("Прийняти доступи", "Accept the scopes"),
    "Decline": Text("Відхилити", "Decline"),
    "Retry": Text("Спробувати ще раз", "Try again"),
    "RegisterAgain": Text("Усе одно зареєструвати ще раз", "Register again all the same"),
    "Leave": Text("Завершити без повторення", "Finish without repeating"),
    "CallbackReceived": Text("Браузер повернувся до ПІС", "The browser came back to the PIS"),
}

GUARDS: Final = {
    "no_client_id": Text("немає client_id", "no client_id"),
    "no_redirect_uri": Text("немає redirect_uri", "no redirect_uri"),
    "no_scope": Text("немає scope", "no scope"),
    "no_user_data": Text("немає user_data", "no user_data"),
    "no_token": Text("немає token", "no token"),
    "client_id_malformed": Text("client_id не є ідентифікатором", "client_id is no identifier"),
    "redirect_uri_unsafe": Text("redirect_uri небезпечний", "redirect_uri is unsafe"),
    "patient_and_jwt_returned": Text("200 з даними пацієнта та jwt", "200 with patient data and jwt"),
    "no_usable_answer": Text("успіх без обіцяного або збій шлюзу", "a success without its data, or a gateway failed"),
    "registered": Text("201 з пацієнтом, користувачем і токеном сеансу", "201 with patient, user and session token"),
    "scopes_requested": Text("у посиланні є доступи", "the query names scopes"),
    "result_unknown": Text("з відповіді результат невідомий", "the answer leaves the result unknown"),
    "failed_inside": Text("помилка 5xx самої ЕСОЗ", "a 5xx error of ЕСОЗ itself"),
    "roles_returned": Text("200 зі списком ролей", "200 with a list of roles"),
    "user_has_id": Text("у користувача є id", "the user has an id"),
    "some_scope": Text("200 з ролями, є що дозволяти", "200 with roles, and a scope to approve"),
    "some_available": Text("200 з доступами, які можна надати", "200 with scopes that may be approved"),
    "none_available": Text("200, надати нічого не можна", "200, nothing may be approved"),
    "read_unknown": Text("ЕСОЗ не знає такого запиту", "ЕСОЗ does not know this read"),
    "client_returned": Text("200 з назвою додатка", "200 with the client's name"),
    "client_not_found": Text("додаток не знайдено", "the client is not found"),
    "code_for_the_requested_uri": Text(
        "200 або 201 з кодом на вказану адресу", "200 or 201 with a code for the requested URI"
    ),
    "redirect_foreign": Text("успіх з іншою адресою або без неї", "a success with another redirect, or none"),
    "approval_in_doubt": Text("невідомо, чи дозвіл збережено", "nobody knows whether the approval stands"),
    "tokens_returned": Text("201 з токенами на запитані доступи", "201 with tokens for the requested scopes"),
    "scope_widened": Text("201 з токенами на ширші доступи", "201 with tokens for wider scopes"),
    "tokens_missing": Text("успіх без токенів або перенаправлення", "a success without tokens, or a redirect"),
    "outcome_unknown": Text("збій шлюзу, наслідок невідомий", "a gateway failed, the effect is unknown"),
    "sent_before": Text("раніше реєстрацію вже надсилали", "a registration was sent before"),
    "scopes_come_from_roles": Text("доступи беруться з ролей", "scopes come from roles"),
    "redirect_known": Text("адресу повернення зареєстровано", "the redirect URI is registered"),
    "state_missing": Text("немає state", "no state"),
    "state_foreign": Text("state іншої реєстрації", "the state of another sign-up"),
    "ambiguous": Text("і код, і помилка", "both a code and an error"),
    "error_returned": Text("є помилка", "an error"),
    "code_returned": Text("є код доступу", "a grant code"),
    "saved": Text("токени збережено", "the tokens are kept"),
}
"""Shorter than what the guards say of themselves, because they stand at the lines of a picture."""
