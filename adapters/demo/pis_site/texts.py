"""What the site says beside the pages of the flow. All of it is our own."""

from __future__ import annotations

from typing import Final

from ....flow import Message
from ....states.text import Text
from ....states.texts import Language, render
from .form import Section

SITE_TEXTS: Final = {
    "name": Text("Кабінет пацієнта «Приклад»", "Patient cabinet “Example”"),
    "demo": Text(
        "Демонстраційна ПІС. Усі люди та дані вигадані; справжніх даних тут не вводьте.",
        "A demonstration PIS. All people and data are invented; enter no real data here.",
    ),
    "sign_in.title": Text("Вхід до кабінету", "Sign in"),
    "sign_in.lead": Text(
        "Тут законний представник реєструє пацієнта в ЕСОЗ. Увійдіть як вигадана тестова особа: пароль не потрібен.",
        "Here a confidant person signs a patient up with eHealth. Sign in as an invented test person: no password is "
        "needed.",
    ),
    "sign_in": Text("Увійти як {name}", "Sign in as {name}"),
    "signed_in": Text("Ви увійшли як {name}.", "You are signed in as {name}."),
    "sign_out": Text("Вийти з кабінету", "Sign out"),
    "sign_out.hint": Text(
        "Після виходу кабінет забуде всі реєстрації цього списку.",
        "When you sign out, the cabinet forgets all sign-ups of this list.",
    ),
    "home.title": Text("Реєстрація пацієнтів", "Patient sign-ups"),
    "home": Text("До моїх реєстрацій", "To my sign-ups"),
    "begin": Text("Почати нову реєстрацію", "Begin a new sign-up"),
    "begun": Text("Мої реєстрації", "My sign-ups"),
    "none_begun": Text("Реєстрацій ще немає.", "There are no sign-ups yet."),
    "new_patient": Text("Новий пацієнт", "New patient"),
    "begun_at": Text("розпочато о {time}", "begun at {time}"),
    "enough": Text(
        "За один вхід більше реєстрацій почати не можна. Щоб почати нову, вийдіть з кабінету та ввійдіть знову.",
        "No more sign-ups can be begun in this visit. To begin a new one, sign out and sign in again.",
    ),
    "form.lead": Text(
        "Форму заповнено вигаданими даними, їх можна змінити. Обов'язкові всі поля, крім позначених інакше.",
        "The form is filled in with invented data, which you may change. All fields are required unless marked "
        "otherwise.",
    ),
    "form.problems": Text("Запит ще не можна підписати", "The request cannot be signed yet"),
    "choose": Text("не вибрано", "not chosen"),
    "emergency_phone": Text("Телефон контактної особи", "Phone of the emergency contact"),
    "consents.lead": Text(
        "Без обох згод ЕСОЗ не зареєструє пацієнта. Їх буде підписано разом з даними.",
        "Without both consents eHealth registers nobody. They are signed together with the data.",
    ),
    "sign.lead": Text(
        "Перевірте, що саме буде підписано. Запит підпише тестовий ключ законного представника; після цього браузер "
        "перейде на сторінку ЕСОЗ.",
        "Check what is going to be signed. The test key of the confidant person signs the request; then the browser "
        "goes on to the eHealth page.",
    ),
    "waiting": Text(
        "Запит підписано. Підтвердьте реєстрацію на сторінці ЕСОЗ: {host}. Якщо її вже відкрито в іншій вкладці, "
        "продовжуйте там. Якщо ЕСОЗ відмовила, дійте, як написано на її сторінці.",
        "The request is signed. Confirm the sign-up on the eHealth page: {host}. If it is open in another tab, go on "
        "there. If eHealth refused, do as its page says.",
    ),
    "go_on": Text("Продовжити на сторінці ЕСОЗ", "Go on at the eHealth page"),
    "tokens": Text("Токени на сервері ПІС", "Tokens on the server of the PIS"),
    "ends_in": Text("приховано, закінчується на {tail}", "hidden, ends in {tail}"),
    "moment": Text("{time} за київським часом", "{time} Kyiv time"),
    "refresh": Text("Оновити токен доступу", "Refresh the access token"),
    "log_out": Text("Завершити сеанс в ЕСОЗ", "Log out of eHealth"),
    "refreshed": Text("Токен доступу оновлено.", "The access token was refreshed."),
    "not_refreshed": Text("Токен доступу не оновлено", "The access token was not refreshed"),
    "logged_out": Text(
        "Сеанс в ЕСОЗ завершено, токени видалено із сервера ПІС. Щоб знову отримати доступ до даних пацієнта, "
        "увійдіть від його імені через ПІС.",
        "The session at eHealth is over and the tokens are deleted from the server of the PIS. To have access to the "
        "patient's data again, sign in on the patient's behalf in the PIS.",
    ),
    "not_logged_out": Text("Сеанс в ЕСОЗ не завершено", "The session at eHealth was not ended"),
}


def site_text(code: str, lang: Language, **params: object) -> str:
    """Give a text of the site, with its parameters filled in."""
    text = SITE_TEXTS[code]
    return (text.en if lang == "en" else text.uk).format(**params)


def title_of(section: Section, lang: Language) -> str:
    """Give the title of a part of the form."""
    if section.path == "person.emergency_contact.phones.0":
        return site_text("emergency_phone", lang)
    return render(Message(code="group", params={"name": section.group}), lang)
