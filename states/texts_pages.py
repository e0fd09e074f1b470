"""Texts of the pages: titles, captions, and what is true where a sign-up rests or ends.

The caption of 4.4 and 4.6 is the document's in English and the open-sourced consent page's in Ukrainian (there it
is all lower case). `no_access` and `client_not_found` are of that page too, in its spelling. The rest is our own,
and says only what the flow knows at that point: a call whose answer was lost is neither done nor undone.
"""

from __future__ import annotations

from typing import Final

from .text import Source, Text, published

TITLES: Final = {
    "prepare.title": Text("Реєстрація пацієнта законним представником", "Sign-up of a patient by a confidant person"),
    "sign.title": Text("Підписання запиту на реєстрацію", "Signing the registration request"),
    "not_handed_over.title": Text("Запит на реєстрацію не передано", "The registration request was not submitted"),
    "hand_over.title": Text("Перехід до ЕСОЗ для підтвердження", "On to eHealth for confirmation"),
    "params_refused.title": Text("Посилання від ПІС неповне або некоректне", "The link from the PIS is not complete"),
    "validation_refused.title": Text("ЕСОЗ не прийняла запит на реєстрацію", "eHealth did not accept the request"),
    "validation_unavailable.title": Text("Перевірити запит не вдалося", "The request could not be checked"),
    "confirm.title": Text("Перевірте дані пацієнта", "Check the patient's data"),
    "register_refused.title": Text("ЕСОЗ відмовила в реєстрації", "eHealth refused the registration"),
    "register_unknown.title": Text("Результат реєстрації невідомий", "The result of the registration is unknown"),
    "left_unknown.title": Text(
        "Результат реєстрації залишився невідомим", "The result of the registration remained unknown"
    ),
    "consent.title": Text("Надання доступу до даних пацієнта", "Access to the patient's data"),
    "consent_unavailable.title": Text(
        "Сторінку згоди не вдалося підготувати", "The consent page could not be prepared"
    ),
    "client_refused.title": Text("Додаток не знайдено", "The application was not found"),
    "no_access.title": Text("Доступ надати неможливо", "No access can be given"),
    "redirect.title": Text("Повернення до ПІС", "Back to the PIS"),
    "redirect_refused.title": Text("Перехід скасовано з міркувань безпеки", "The redirect was cancelled for safety"),
    "declined.title": Text("Ви відмовилися продовжувати", "You declined"),
    "expired.title": Text("Час, відведений на цей крок, минув", "The time for this step is over"),
    "exchange_refused.title": Text("Доступ не отримано", "No access was obtained"),
    "exchange_unsent.title": Text("Запит на отримання доступу не надіслано", "The request for access was not sent"),
    "exchange_unknown.title": Text("Доступ не отримано", "No access was obtained"),
    "tokens_unsaved.title": Text("Доступ отримано, але не збережено", "Access was obtained but not saved"),
    "signed_up.title": Text("Реєстрацію завершено", "The sign-up is complete"),
    "returned_error.title": Text("ЕСОЗ не надала доступу", "eHealth gave no access"),
    "not_returned.title": Text("Відповіді зі сторінки ЕСОЗ не було", "Nothing came back from the eHealth page"),
}

CAPTIONS: Final = {
    "accept_and_proceed": published("Прийняти та продовжити", "Accept and proceed", Source.DOCUMENT, "4.4.1", "4.6.3"),
    "decline": Text("Відхилити", "Decline"),
    "retry": Text("Спробувати ще раз", "Try again"),
    "to_signing": Text("Перейти до підписання", "Go on to signing"),
    "sign": Text("Підписати", "Sign"),
    "edit": Text("Виправити дані", "Correct the data"),
    "leave": Text("Завершити без повторення", "Finish without repeating"),
    "register_again": Text("Усе одно надіслати реєстрацію ще раз", "Send the registration again all the same"),
}

OUTCOMES: Final = {
    "nothing_done": Text(
        "Цього разу нікого не зареєстровано й нічого не змінено. Щоб почати спочатку, поверніться до ПІС.",
        "This time nobody was registered and nothing was changed. To start again, go back to the PIS.",
    ),
    "not_registered": Text(
        "ЕСОЗ відповіла, що реєстрацію за цим запитом не виконано. Щоб виправити дані й подати новий запит, "
        "поверніться до ПІС.",
        "eHealth answered that this request registered nobody. To correct the data and submit a new request, "
        "go back to the PIS.",
    ),
    "user_exists": Text(
        "Цього разу нікого не зареєстровано й нічого не змінено. Можливо, пацієнта зареєстровано раніше. "
        "Не повторюйте реєстрацію: спершу спробуйте увійти від імені пацієнта через ПІС.",
        "This time nobody was registered and nothing was changed. The patient may have been registered before. "
        "Do not repeat the registration: first try to sign in on behalf of the patient in the PIS.",
    ),
    "register_unknown": Text(
        "Підтвердження від ЕСОЗ не отримано, тому невідомо, чи зареєстровано пацієнта. "
        "Не повторюйте реєстрацію: спершу спробуйте увійти від імені пацієнта через ПІС.",
        "No confirmation came from eHealth, so it is unknown whether the patient is registered. "
        "Do not repeat the registration: first try to sign in on behalf of the patient in the PIS.",
    ),
    "sign_in_instead": Text(
        "Якщо вхід вдасться, пацієнта вже зареєстровано й повторювати нічого не потрібно. "
        "Повторний запит ЕСОЗ може відхилити, навіть якщо перший уже виконано.",
        "If the sign-in works, the patient is already registered and nothing needs repeating. "
        "eHealth may refuse a repeated request even though the first one was carried out.",
    ),
    "registered_not_approved": Text(
        "Пацієнта зареєстровано в ЕСОЗ, але додаток доступу до його даних не отримав. "
        "Реєструвати пацієнта ще раз не потрібно: щоб надати доступ пізніше, увійдіть від його імені через ПІС.",
        "The patient is registered with eHealth, but the application has not received access to the data. "
        "Do not register the patient again: to give access later, sign in on the patient's behalf in the PIS.",
    ),
    "registered_maybe_approved": Text(
        "Пацієнта зареєстровано в ЕСОЗ. Запит на надання доступу надіслано, але підтвердження не отримано, тому дозвіл "
        "міг зберегтися; код доступу додатку не передано. Реєструвати пацієнта ще раз не потрібно: щоб надати доступ "
        "або скасувати дозвіл, увійдіть від його імені через ПІС.",
        "The patient is registered with eHealth. The request to give access was sent but not confirmed, so the "
        "approval may stand; the application was not given the grant code. Do not register the patient again: to "
        "give access, or to withdraw the approval, sign in on the patient's behalf in the PIS.",
    ),
    "no_tokens": Text(
        "ПІС не отримала доступу до даних пацієнта й не зберегла жодного токена. "
        "Спробуйте увійти від імені пацієнта через ПІС; реєструйте його знову, лише якщо ЕСОЗ його не знайде.",
        "The PIS has no access to the patient's data and saved no token. "
        "Try to sign in on the patient's behalf in the PIS; register again only if eHealth does not find the patient.",
    ),
    "exchange_unknown": Text(
        "Пацієнта зареєстровано, але ПІС не отримала доступу до його даних, а одноразовий код доступу вже міг бути "
        "використаний або застаріти. Реєструвати пацієнта ще раз не потрібно: увійдіть від його імені через ПІС.",
        "The patient is registered, but the PIS has no access to the data, and the one-time code may have been used "
        "or have expired. Do not register the patient again: sign in on the patient's behalf in the PIS.",
    ),
    "tokens_saved": Text(
        "Пацієнта зареєстровано, доступ надано, токени збережено на сервері ПІС. Можна продовжувати роботу в ПІС.",
        "The patient is registered, access is given, the tokens are saved on the server of the PIS. "
        "You can go on in the PIS.",
    ),
    "tokens_unsaved": Text(
        "ЕСОЗ надала доступ, але сховище ПІС не підтвердило, що токени збережено. "
        "Токени не втрачено: спробуйте зберегти їх ще раз, це безпечно.",
        "eHealth gave access, but the store of the PIS did not confirm that the tokens are saved. "
        "The tokens are not lost: try to save them again, it does no harm.",
    ),
    "superseded": Text(
        "Сервіс оновлено, тому цей запит на реєстрацію вже не можна продовжити.",
        "The service was updated, so this registration request cannot be carried on.",
    ),
    "not_handed_over": Text(
        "Час, відведений на заповнення й підписання запиту, минув, тому запит не передано до ЕСОЗ і нікого не "
        "зареєстровано. Щоб зареєструвати пацієнта, заповніть запит ще раз.",
        "The time for filling in and signing the request is over, so nothing was submitted to eHealth and nobody was "
        "registered. To register the patient, fill in the request again.",
    ),
    "not_returned": Text(
        "Браузер не повернувся зі сторінки ЕСОЗ у відведений час, тому невідомо, чи зареєстровано пацієнта. "
        "Не повторюйте реєстрацію: спершу спробуйте увійти від імені пацієнта через ПІС.",
        "The browser did not come back from the eHealth page in time, so it is unknown whether the patient is "
        "registered. Do not repeat the registration: first try to sign in on the patient's behalf in the PIS.",
    ),
}
"""What was and was not done, where a sign-up rests or ends."""

TROUBLES: Final = {
    "no_connection": Text(
        "З'єднатися не вдалося, запит не надіслано. Спробуйте ще раз.",
        "No connection could be made; the request was not sent. Try again.",
    ),
    "no_answer": Text(
        "Відповіді від ЕСОЗ не отримано. Спробуйте ще раз: повторити цей запит безпечно.",
        "No answer came from eHealth. Try again: it is safe to repeat this request.",
    ),
    "not_signed": Text(
        "Підпис не створено: {reason}. Нічого не надіслано; спробуйте підписати ще раз.",
        "No signature was made: {reason}. Nothing was sent; try to sign again.",
    ),
    "no_access": published("У даного користувача не має доступу", "This user has no access"),
    "client_not_found": published(
        "Не знайдено додаток за вказанним ідентифікатором", "No application was found by the given identifier"
    ),
    "redirect_uri_unsafe": Text(
        "Адреса повернення до ПІС не відповідає вимогам безпеки, тому сторінку не відкрито. "
        "Повідомте про це підтримку ПІС.",
        "The address for the return to the PIS does not meet the safety rules, so the page was not opened. "
        "Tell the support of the PIS.",
    ),
    "redirect_foreign": Text(
        "У відповіді ЕСОЗ немає адреси повернення або вона не та, яку вказала ПІС. Щоб код доступу не потрапив до "
        "сторонніх, його не передано; сам дозвіл в ЕСОЗ міг зберегтися. Повідомте про це підтримку ПІС.",
        "The answer of eHealth has no return address, or not the one that the PIS gave. So that the grant code does "
        "not reach a stranger, it was not passed on; the approval itself may stand at eHealth. "
        "Tell the support of the PIS.",
    ),
    "scope_widened": Text(
        "ЕСОЗ видала токени на ширший доступ, ніж було запитано. ПІС їх не прийняла. Повідомте про це підтримку ПІС.",
        "eHealth issued tokens for wider access than was asked for. The PIS did not take them. "
        "Tell the support of the PIS.",
    ),
}
"""What went wrong on the way there."""

RETURNED: Final = {
    "returned.invalid_request": Text(
        "ЕСОЗ вважає запит від ПІС некоректним.", "eHealth considers the request of the PIS invalid."
    ),
    "returned.unauthorized_client": Text(
        "ЕСОЗ не дозволяє цій ПІС виконати такий запит.", "eHealth does not allow this PIS to make such a request."
    ),
    "returned.access_denied": Text(
        "Запит відхилив користувач або ЕСОЗ.", "The request was declined by the user or by eHealth."
    ),
    "returned.unsupported_response_type": Text(
        "ЕСОЗ не підтримує такого способу отримання коду доступу.",
        "eHealth does not support this way of obtaining a grant code.",
    ),
    "returned.invalid_scope": Text(
        "ПІС запитала доступ, який не може бути надано.", "The PIS asked for access that cannot be given."
    ),
    "returned.server_error": Text("На боці ЕСОЗ сталася помилка.", "An error occurred at eHealth."),
    "returned.temporarily_unavailable": Text(
        "ЕСОЗ тимчасово не може виконати запит.", "eHealth cannot carry out the request for the moment."
    ),
    "returned.unknown_error": Text(
        "ЕСОЗ повернула помилку, якої ПІС не знає.", "eHealth returned an error that the PIS does not know."
    ),
}

REASONS: Final = {
    "cancelled": Text("підписання скасовано", "the signing was cancelled"),
    "wrong_key": Text("ключ не належить законному представникові", "the key is not the confidant's"),
    "signer": Text("засіб підписання повідомив про помилку", "the signing device reported an error"),
}
"""Why a signature was not made. A reason that is not here is shown as it is."""
