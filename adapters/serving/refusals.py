"""The pages of the server itself: for requests that no application sees, and for an application that failed.

They are whole pages without a style sheet, in both languages, and repeat nothing of the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

from ...states.text import Text
from ..ui.web.headers import SECURITY_HEADERS

HEADERS: Final = (("Content-Type", "text/html; charset=utf-8"), *SECURITY_HEADERS.items())


@dataclass(frozen=True, slots=True)
class _Refusal:
    title: Text
    text: Text


_NOTHING_DONE = Text("Нічого не зроблено й нікуди не надіслано.", "Nothing was done and nothing was sent on.")
_BEGIN_ANEW = Text(
    "Поверніться до системи, з якої ви прийшли, і почніть звідти знову.",
    "Go back to the system that you came from and begin there again.",
)


def _unread(title: Text, text: Text) -> _Refusal:
    return _Refusal(
        title,
        Text(
            f"{text.uk} {_NOTHING_DONE.uk} {_BEGIN_ANEW.uk}",
            f"{text.en} {_NOTHING_DONE.en} {_BEGIN_ANEW.en}",
        ),
    )


_REFUSALS: Final = {
    400: _unread(
        Text("Запит не вдалося прочитати", "The request could not be read"),
        Text(
            "Браузер надіслав запит, який порушує правила HTTP.", "The browser sent a request that is not valid HTTP."
        ),
    ),
    413: _unread(
        Text("Надіслано забагато даних", "Too much was sent"),
        Text("Форма містить більше даних, ніж приймає сервер.", "The form holds more than the server takes."),
    ),
    431: _unread(
        Text("Адреса задовга", "The address is too long"),
        Text(
            "Адреса сторінки разом із заголовками запиту довша, ніж приймає сервер.",
            "The address of the page, with the headers of the request, is longer than the server takes.",
        ),
    ),
    501: _unread(
        Text("Такий спосіб передавання не підтримується", "This way of sending is not supported"),
        Text(
            "Браузер надіслав дані в кодуванні, якого сервер не знає.",
            "The browser sent its data in an encoding that the server does not know.",
        ),
    ),
    500: _Refusal(
        Text("Сталася внутрішня помилка", "An internal error occurred"),
        Text(
            "Сторінку не вдалося показати; чи виконано останню дію, невідомо. Поверніться на попередню сторінку, "
            "оновіть її та перевірте стан. Якщо помилка повторюється, повідомте про це службу підтримки.",
            "The page could not be shown, and whether your last act was done is not known. Go back to the page before, "
            "reload it and check the state. If it happens again, tell the support.",
        ),
    ),
}


def phrase(status: int) -> str:
    """Give the page's status as it is named; one that has no page here counts as an internal error."""
    known = {
        400: "Bad Request",
        413: "Content Too Large",
        431: "Request Header Fields Too Large",
        501: "Not Implemented",
    }
    return f"{status} {known[status]}" if status in known else "500 Internal Server Error"


@cache
def page(status: int) -> bytes:
    """Give the page for a status; one that has none gets that of an internal error."""
    told = _REFUSALS.get(status, _REFUSALS[500])
    return f"""<!doctype html>
<html lang="uk">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(told.title.uk)}</title>
</head>
<body>
<main>
<h1>{escape(told.title.uk)}</h1>
<p>{escape(told.text.uk)}</p>
<section lang="en">
<h2>{escape(told.title.en)}</h2>
<p>{escape(told.text.en)}</p>
</section>
</main>
</body>
</html>
""".encode()
