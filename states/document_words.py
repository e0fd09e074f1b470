"""The sentences of the flow document, and the reasons of our own, in our words: for tables that reviewers read."""

from __future__ import annotations

from typing import Final

from .text import Text

IN_OUR_WORDS: Final = {
    "2.1": Text(
        "Процес спирається на наявні сторінки реєстрації Auth UI та наявні й змінені методи ЕСОЗ.",
        "The flow builds on the existing sign-up pages of the Auth UI and on existing and changed methods of ЕСОЗ.",
    ),
    "2.2": Text(
        "Користувач уже автентифікований і тим доводить свій зв'язок з особою, яку реєструє.",
        "The user is authenticated beforehand, which proves the relationship with the person to be registered.",
    ),
    "2.3": Text(
        "Реєстрація пацієнта виконується за запитом, підписаним заздалегідь на боці ПІС.",
        "The patient is registered by a request that was signed beforehand at the PIS.",
    ),
    "4.1.1": Text(
        "Увійти як наявний користувач, чий зв'язок з пацієнтом підтверджено.",
        "Sign in as an existing user whose relationship with the patient is confirmed.",
    ),
    "4.1.2": Text("Заповнити запит на реєстрацію пацієнта.", "Fill in the request to register the patient."),
    "4.1.3": Text(
        "Підписати запит на реєстрацію та згоди пацієнта цифровим підписом.",
        "Sign the request, and with it the patient's consents, digitally.",
    ),
    "4.1.4": Text(
        "Передати підписаний запит до Auth UI п'ятьма параметрами посилання.",
        "Hand the signed request to the Auth UI in the five parameters of a link.",
    ),
    "4.2.0": Text("Перевірити параметри, які надійшли від ПІС.", "Check the parameters that came from the PIS."),
    "4.2.1": Text(
        "client_id є і не порожній; інакше — визначене повідомлення.",
        "client_id is there and not empty; else the given message.",
    ),
    "4.2.2": Text(
        "redirect_uri є і не порожній; інакше — визначене повідомлення.",
        "redirect_uri is there and not empty; else the given message.",
    ),
    "4.2.3": Text(
        "scope є і не порожній; інакше — визначене повідомлення.",
        "scope is there and not empty; else the given message.",
    ),
    "4.2.4": Text(
        "user_data є і не порожній; інакше — визначене повідомлення.",
        "user_data is there and not empty; else the given message.",
    ),
    "4.2.5": Text(
        "token є і не порожній; інакше — визначене повідомлення.",
        "token is there and not empty; else the given message.",
    ),
    "4.3.1": Text(
        "Надіслати підписаний запит на перевірку в кодуванні base64 з токеном із посилання.",
        "Send the signed request, as base64, to be validated, with the token of the link.",
    ),
    "4.3.2": Text(
        "Якщо надійшли 200, дані пацієнта й jwt, зберегти jwt і показати дані для підтвердження.",
        "On 200 with patient data and jwt, keep the jwt and go on to show the data.",
    ),
    "4.3.3": Text(
        "Якщо надійшла помилка, показати сторінку помилки з її повідомленням.",
        "On an error, show an error page with the message of the answer.",
    ),
    "4.4.1": Text(
        "Показати дані пацієнта з відповіді та кнопку «Прийняти та продовжити».",
        "Show the patient data of the answer with the button “Accept and proceed”.",
    ),
    "4.4.2": Text("Жодного показаного поля не можна змінити.", "No field that is shown can be changed."),
    "4.5.1": Text(
        "Надіслати підписаний запит на реєстрацію, за потреби з OTP.",
        "Send the signed request to be registered, with the optional OTP.",
    ),
    "4.5.2": Text("Додати jwt у заголовок Authorization.", "Put the jwt into the Authorization header."),
    "4.5.3": Text(
        "Якщо надійшли 201, пацієнт, користувач і токен сеансу, перейти до сторінки згоди.",
        "On 201 with patient, user and session token, go on to the consent page.",
    ),
    "4.5.4": Text(
        "Якщо надійшла помилка, показати сторінку помилки з її повідомленням.",
        "On an error, show an error page with the message of the answer.",
    ),
    "4.6.1": Text(
        "Визначити доступи, які має дозволити пацієнт: з посилання або з ролей і глобальних ролей.",
        "Find the scopes that the patient must approve: from the link, or from roles and global roles.",
    ),
    "4.6.2": Text("Отримати назви доступів українською.", "Obtain the translations of the scopes."),
    "4.6.3": Text(
        "Показати сторінку згоди: користувач, додаток, назви доступів і кнопка «Прийняти та продовжити».",
        "Show the consent page: user, client, names of the scopes, and the button “Accept and proceed”.",
    ),
    "4.7.1": Text("Надіслати запит на надання дозволу.", "Send the approval to be authorized."),
    "4.7.2": Text(
        "Додати токен сеансу в заголовок Authorization.", "Put the session token into the Authorization header."
    ),
    "4.7.3": Text(
        "Якщо надійшли 201 і код доступу, повернути код додатку.", "On 201, take the grant code to the client."
    ),
    "4.7.4": Text(
        "Якщо надійшла помилка, показати її на тій самій сторінці згоди.",
        "On an error, show it on the consent page again.",
    ),
    "4.8.1": Text(
        "Перенаправити користувача з кодом доступу на адресу з відповіді.",
        "Redirect the user with the grant code to the address of the answer.",
    ),
    "4.9.1": Text(
        "Обміняти код доступу на токени разом із секретом додатка.",
        "Exchange the grant code for tokens, with the client's secret.",
    ),
    "4.9.2": Text(
        "Якщо надійшли 201 і токени, зберегти їх на сервері ПІС.",
        "On 201 with tokens, save them at the back-end of the PIS.",
    ),
    "4.9.3": Text(
        "Якщо надійшла помилка, показати її на сторінці ПІС.", "On an error, show it at the front-end of the PIS."
    ),
}
"""By the ids of `document.SENTENCES`."""

REASONS_IN_UKRAINIAN: Final = {
    "a form with personal data does not stay open for ever": (
        "форма з персональними даними не лишається відкритою назавжди"
    ),
    "a browser may never come back": "браузер може не повернутися",
    "a browser that was sent out may never arrive": "браузер, який вирушив, може не дійти",
    "a page does not stay open for ever": "сторінка не лишається відкритою назавжди",
    "a page with personal data does not stay open for ever": (
        "сторінка з персональними даними не лишається відкритою назавжди"
    ),
    "the code lives only for minutes": "код діє лише кілька хвилин",
    "a signature can fail and be made again": "підписати може не вдатися, тоді підпис створюють ще раз",
    "what is about to be signed can be corrected": "те, що підписують, можна виправити",
    "no client has such an id": "додатка з таким ідентифікатором бути не може",
    "a grant code must not be sent astray": "код доступу не можна надіслати стороннім",
    "a query that can be read in two ways, or in none, is not read at all": (
        "посилання, яке читається двояко або не читається, не читають зовсім"
    ),
    "a validation writes nothing: without an answer the user may ask again": (
        "перевірка нічого не змінює: без відповіді її можна повторити"
    ),
    "the patient may be registered: the user is told the truth": (
        "можливо, пацієнта вже зареєстровано: користувачеві кажуть правду"
    ),
    "the id is optional in the answer of 4.5, and without it there are no global roles to ask for": (
        "id у відповіді 4.5 необов'язковий, а без нього глобальних ролей не запитати"
    ),
    "without scopes there is nothing to approve": "без доступів немає на що давати дозвіл",
    "later editions narrow the scopes to what the patient may approve": (
        "у пізніших редакціях доступи звужено до тих, які пацієнт може дозволити"
    ),
    "nobody can consent to a client that does not exist": "дати згоду неіснуючому додатку неможливо",
    "a read may be asked for again": "читання можна повторити",
    "a grant code goes to the requested URI or nowhere": "код доступу йде лише на вказану адресу або нікуди",
    "RFC 6749 §3.3: a PIS must not take more than the user was asked for": (
        "RFC 6749 §3.3: ПІС не бере більше, ніж запитували в користувача"
    ),
    "the code may be used up: only a new sign-in can bring tokens": (
        "код міг бути використаний: токени дасть лише новий вхід"
    ),
    "an answer may not come": "відповідь може не надійти",
    "the patient may be registered: the call is never repeated by itself": (
        "можливо, пацієнта вже зареєстровано: запит сам не повторюється"
    ),
    "a scope without a translation is shown by its code": "доступ без перекладу показують його кодом",
    "the user may approve again: codes expire": "користувач може дати дозвіл ще раз: коди застарівають",
    "tokens that were exchanged must not be lost: saving is tried again on request": (
        "отримані токени не можна втратити: збереження повторюють на прохання"
    ),
    "ЕСОЗ may be away": "ЕСОЗ може бути недоступною",
    "this request was not sent, but an earlier one was: the warning stays": (
        "цей запит не надіслано, але попередній — так: попередження лишається"
    ),
    "nothing was sent: the user may try again": "нічого не надіслано: можна спробувати ще раз",
    "nothing was sent: the code can still be exchanged while it lives": (
        "нічого не надіслано: код ще можна обміняти, поки він діє"
    ),
    "a validation writes nothing": "перевірка нічого не змінює",
    "the code was not sent": "код не надіслано",
    "saving again does no harm": "повторне збереження не шкодить",
    "nobody is registered, and nothing is approved, against their will": (
        "нікого не реєструють і нічого не дозволяють проти волі"
    ),
    "a person who knows that the result is unknown may ask for it again": (
        "людина, яка знає, що результат невідомий, може попросити ще раз"
    ),
    "the patient may sign in from the PIS if registered": "якщо пацієнта зареєстровано, можна увійти через ПІС",
    "RFC 6749 §10.12: only the browser that was sent out may bring the code back": (
        "RFC 6749 §10.12: код може принести лише браузер, який вирушив"
    ),
    "an answer is one or the other": "відповідь містить або одне, або інше",
    "RFC 6749 §4.1.2.1: the Auth UI may return an error": "RFC 6749 §4.1.2.1: Auth UI може повернути помилку",
    "without a code there is nothing to exchange": "без коду немає чого обмінювати",
}
"""By what `document.ours` was given."""
