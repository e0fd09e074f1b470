"""What the web parts say around a page. All of it is our own."""

from __future__ import annotations

from typing import Final

from ....states.text import Text
from ....states.texts import Language

WEB_TEXTS: Final = {
    "brand": Text("Електронна система охорони здоров'я", "Electronic Health System"),
    "brand_short": Text("ЕСОЗ", "eHealth"),
    "skip": Text("Перейти до основного вмісту", "Skip to the main content"),
    "language": Text("Мова сторінки", "Language of the page"),
    "step_of": Text("Крок {step} з {steps}", "Step {step} of {steps}"),
    "steps": Text("Кроки реєстрації", "Steps of the sign-up"),
    "step_1": Text("Запит у ПІС", "Request in the PIS"),
    "step_2": Text("Перевірка даних", "Checking the data"),
    "step_3": Text("Надання доступу", "Giving access"),
    "step_done": Text("виконано", "done"),
    "problem": Text("Сталася помилка", "There is a problem"),
    "error_title": Text("Помилка", "Error"),
    "outcome": Text("Що зроблено і що далі", "What was done, and what is next"),
    "open_until": Text("Сторінка дійсна до {time} за київським часом.", "The page is open until {time} Kyiv time."),
    "read_only": Text(
        "Дані наведено так, як їх підписано в ПІС. Тут їх не можна змінити: якщо щось не так, відхиліть "
        "їх і виправте запит у ПІС.",
        "The data are shown as they were signed in the PIS. They cannot be changed here: if something is wrong, "
        "decline and correct the request in the PIS.",
    ),
    "consent_lead": Text(
        "Додаток просить доступ до даних пацієнта в ЕСОЗ. Перевірте, кому, від чийого імені та на які дії його буде "
        "надано.",
        "An application asks for access to the patient's data in eHealth. Check who gets it, on whose behalf, and "
        "for what.",
    ),
    "scope_code": Text("Код:", "Code:"),
    "back_to": Text("Повернутися до ПІС на {host}", "Back to the PIS at {host}"),
    "optional": Text("необов'язково", "optional"),
    "reload": Text("Оновити сторінку", "Reload the page"),
    "check_again": Text("Перевірити стан", "Check the state"),
    "in_progress.title": Text("Запит до ЕСОЗ ще виконується", "A request to eHealth is under way"),
    "in_progress": Text(
        "Ваш запит надіслано, відповіді ще немає. Не повторюйте дію: зачекайте кілька секунд і перевірте стан.",
        "Your request was sent and there is no answer yet. Do not repeat it: wait a few seconds and check the state.",
    ),
    "refused.title": Text("Дію не виконано", "This was not done"),
    "lost.title": Text("Реєстрацію не знайдено", "The sign-up was not found"),
    "lost": Text(
        "Такої реєстрації немає, її завершено або розпочато в іншому браузері. Якщо ви вже підтвердили дані пацієнта, "
        "не повторюйте реєстрацію: спершу спробуйте увійти від його імені через ПІС. Якщо ні, поверніться до ПІС і "
        "почніть звідти в цьому самому браузері.",
        "There is no such sign-up, or it is over, or it was begun in another browser. If you have confirmed the "
        "patient's data already, do not repeat the registration: first try to sign in on the patient's behalf in the "
        "PIS. If not, go back to the PIS and begin there in this browser.",
    ),
    "not_found.title": Text("Сторінку не знайдено", "Page not found"),
    "not_found": Text(
        "За цією адресою нічого немає. Поверніться до ПІС і почніть звідти.",
        "There is nothing at this address. Go back to the PIS and begin there.",
    ),
    "form_token": Text(
        "Форму надіслано не з цієї сторінки, тому нічого не зроблено. Відкрийте сторінку знову та повторіть дію.",
        "The form was not sent from this page, so nothing was done. Open the page again and repeat what you did.",
    ),
    "too_large": Text(
        "Надіслано забагато даних, тому нічого не зроблено. Відкрийте сторінку знову та повторіть дію.",
        "Too much was sent, so nothing was done. Open the page again and repeat what you did.",
    ),
    "bad_request": Text(
        "Запит не вдалося прочитати, тому нічого не зроблено. Відкрийте сторінку знову та повторіть дію.",
        "The request could not be read, so nothing was done. Open the page again and repeat what you did.",
    ),
    "internal": Text(
        "Сталася внутрішня помилка. Зачекайте та оновіть сторінку; якщо помилка повторюється, повідомте про це "
        "службу підтримки.",
        "An internal error occurred. Wait and reload the page; if it happens again, tell the support.",
    ),
}


def tell(code: str, lang: Language, **params: object) -> str:
    """Give a text of the web parts, with its parameters filled in."""
    text = WEB_TEXTS[code]
    return (text.en if lang == "en" else text.uk).format(**params)
