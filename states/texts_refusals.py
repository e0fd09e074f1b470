"""Texts of what is refused before anything is done: codes of `FlowError`s, and what a user interface says itself.

All of them are our own.
"""

from __future__ import annotations

from typing import Final

from .text import Text

REFUSALS: Final = {
    # callbacks (4.8): the sign-up is left as it was
    "state_missing": Text(
        "Повернення зі сторінки ЕСОЗ не містить параметра state, тому його не прийнято. "
        "Поверніться до ПІС у тому самому браузері, у якому почали.",
        "The return from the eHealth page has no parameter state, so it was not accepted. "
        "Go back to the PIS in the same browser in which you began.",
    ),
    "state_mismatch": Text(
        "Повернення зі сторінки ЕСОЗ не належить до цієї реєстрації, тому його не прийнято. "
        "Поверніться до ПІС у тому самому браузері, у якому почали.",
        "The return from the eHealth page does not belong to this sign-up, so it was not accepted. "
        "Go back to the PIS in the same browser in which you began.",
    ),
    "code_and_error": Text(
        "Повернення зі сторінки ЕСОЗ містить і код доступу, і помилку, тому його не прийнято. "
        "Повідомте про це підтримку ПІС.",
        "The return from the eHealth page has both a grant code and an error, so it was not accepted. "
        "Tell the support of the PIS.",
    ),
    "code_missing": Text(
        "Повернення зі сторінки ЕСОЗ не містить коду доступу, тому його не прийнято. Повідомте про це підтримку ПІС.",
        "The return from the eHealth page has no grant code, so it was not accepted. Tell the support of the PIS.",
    ),
    "callback_malformed": Text(
        "Повернення зі сторінки ЕСОЗ не вдалося прочитати, тому його не прийнято. Повідомте про це підтримку ПІС.",
        "The return from the eHealth page could not be read, so it was not accepted. Tell the support of the PIS.",
    ),
    # the engine: what was asked for was not done
    "not_expected_here": Text(
        "На цьому кроці така дія неможлива, нічого не змінено. Оновіть сторінку.",
        "This is not possible at this step; nothing was changed. Reload the page.",
    ),
    "not_a_users_event": Text(
        "Таку дію користувач виконати не може, нічого не змінено. Оновіть сторінку.",
        "A user cannot do this; nothing was changed. Reload the page.",
    ),
    "stale_revision": Text(
        "Реєстрація вже перейшла до іншого кроку, цю дію не виконано. Оновіть сторінку.",
        "The sign-up has moved on to another step; this was not done. Reload the page.",
    ),
    "conflict": Text(
        "Реєстрацію одночасно змінив інший запит, цю дію не виконано. Оновіть сторінку.",
        "Another request changed the sign-up at the same time; this was not done. Reload the page.",
    ),
    "call_in_progress": Text(
        "Запит до ЕСОЗ ще виконується. Зачекайте та оновіть сторінку.",
        "A request to eHealth is under way. Wait and reload the page.",
    ),
    "unknown_instance": Text(
        "Такої реєстрації немає або її вже завершено. Поверніться до ПІС.",
        "There is no such sign-up, or it is over. Go back to the PIS.",
    ),
    "foreign_snapshot": Text(
        "Цю реєстрацію розпочато в іншій версії системи, продовжити її тут неможливо. Поверніться до ПІС.",
        "This sign-up was begun with another version of the system and cannot go on here. Go back to the PIS.",
    ),
    "store_failed": Text(
        "Стан реєстрації не вдалося прочитати або зберегти. Зачекайте та оновіть сторінку.",
        "The state of the sign-up could not be read or stored. Wait and reload the page.",
    ),
    "invalid_input": Text(
        "Дані не прийнято, нічого не надіслано. Виправте вказане та надішліть ще раз.",
        "The data were not accepted; nothing was sent. Correct what is named and send it again.",
    ),
    "flow_broken": Text(
        "Сталася внутрішня помилка, крок не виконано. Повідомте про це службу підтримки.",
        "An internal error occurred; the step was not taken. Tell the support.",
    ),
}

PROMPTS: Final = {
    "request_id": Text("Номер запиту для служби підтримки: {request_id}", "Request id for the support: {request_id}"),
    "leads_to": Text("Далі браузер переходить на {address}", "The browser now goes to {address}"),
    "choose_action": Text(
        "Введіть номер дії (1–{count}) або 0, щоб вийти", "Type the number of an action (1–{count}), or 0 to leave"
    ),
    "choose_again": Text("Такої дії немає.", "There is no such action."),
    "leave_page": Text("Вийти", "Leave"),
    "optional_field": Text("{field} (необов'язково)", "{field} (optional)"),
}
"""What a user interface says around a page."""
