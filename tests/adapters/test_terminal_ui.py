"""The terminal: what it prints of a page, what it asks, and what it gives back."""

import io
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from rich.console import Console

from esozflow.adapters.ui.terminal import TerminalUi, harmless, shown_address
from esozflow.flow import Action, Event, Field, FieldGroup, Message, Page
from esozflow.states import Confirm, Decline, RequestSigned, Retry, SigningFailed

CONFIRM = Page(
    name="confirm",
    section="4.4",
    title=Message(code="confirm.title"),
    messages=(Message(code="no_connection"),),
    groups=(
        FieldGroup(
            title=Message(code="group", params={"name": "person"}),
            fields=(
                Field(label=Message(code="field", params={"name": "last_name"}), value="Садова"),
                Field(label=Message(code="field", params={"name": "secret"}), value=Message(code="masked")),
            ),
        ),
    ),
    actions=(
        Action(label=Message(code="accept_and_proceed"), event=Confirm, asks=("otp",)),
        Action(label=Message(code="decline"), event=Decline),
    ),
    request_id="6617aeec#17810",
)
SIGN = Page(
    name="sign",
    section="4.1",
    title=Message(code="sign.title"),
    actions=(Action(label=Message(code="sign"), event=RequestSigned), Action(label=Message(code="retry"), event=Retry)),
)


class Terminal:
    """A terminal without a screen: what was printed, what was asked, and the lines that are typed."""

    def __init__(self, *typed: str | type[BaseException], width: int = 100) -> None:
        self._out = io.StringIO()
        self.console = Console(file=self._out, width=width, color_system=None)
        self._typed: Iterator[str | type[BaseException]] = iter(typed)
        self.asked: list[str] = []

    @property
    def printed(self) -> str:
        return self._out.getvalue()

    def ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        line = next(self._typed)
        if isinstance(line, str):
            return line
        raise line


def page_with(value: str, **rest: object) -> Page:
    group = FieldGroup(title=Message(code="group", params={"name": value}), fields=(_field(value),))
    page = {"name": "p", "section": "4.4", "title": Message(code="answer", params={"text": value}), "groups": (group,)}
    return Page(**(page | rest))  # type: ignore[arg-type]


def _field(value: str) -> Field:
    return Field(label=Message(code="field", params={"name": value}), value=value)


def test_a_page_is_printed_with_its_section_messages_data_actions_and_request_id() -> None:
    terminal = Terminal("0")
    TerminalUi(terminal.console, ask=terminal.ask).show(CONFIRM)
    for text in (
        "4.4  Перевірте дані пацієнта",
        "З'єднатися не вдалося, запит не надіслано. Спробуйте ще раз.",
        "Пацієнт",
        "Прізвище",
        "Садова",
        "Кодове слово",
        "приховано",
        "1  Прийняти та продовжити",
        "2  Відхилити",
        "0  Вийти",
        "6617aeec#17810",
    ):
        assert text in terminal.printed


def test_a_page_is_printed_in_english_when_asked_for() -> None:
    terminal = Terminal("0")
    TerminalUi(terminal.console, "en", ask=terminal.ask).show(CONFIRM)
    assert "4.4  Check the patient's data" in terminal.printed
    assert "1  Accept and proceed" in terminal.printed
    assert terminal.asked == ["Type the number of an action (1–2), or 0 to leave: "]


def test_the_chosen_action_becomes_its_event() -> None:
    terminal = Terminal(" 2 ")
    assert TerminalUi(terminal.console, ask=terminal.ask).show(CONFIRM) == Decline()


def test_an_optional_field_may_be_filled_in_or_left_empty() -> None:
    filled, empty = Terminal("1", "1234"), Terminal("1", "")
    assert TerminalUi(filled.console, ask=filled.ask).show(CONFIRM) == Confirm(otp=SecretStr("1234"))
    assert TerminalUi(empty.console, ask=empty.ask).show(CONFIRM) == Confirm()
    assert filled.asked[1] == "Код із СМС (необов'язково): "


def test_a_field_that_is_refused_is_explained_and_asked_again() -> None:
    terminal = Terminal("1", "12ab", "123456")
    assert TerminalUi(terminal.console, ask=terminal.ask).show(CONFIRM) == Confirm(otp=SecretStr("123456"))
    assert "Код із СМС: потрібно від чотирьох до восьми цифр" in terminal.printed
    assert "12ab" not in terminal.printed


def test_a_number_without_an_action_is_asked_again() -> None:
    terminal = Terminal("7", "", "так", "2")
    assert TerminalUi(terminal.console, ask=terminal.ask).show(CONFIRM) == Decline()
    assert terminal.printed.count("Такої дії немає.") == 3


@pytest.mark.parametrize(
    "typed", [("0",), (EOFError,), (KeyboardInterrupt,), ("1", EOFError), ("1", KeyboardInterrupt)]
)
def test_leaving_end_of_input_and_ctrl_c_do_nothing(typed: tuple[str | type[BaseException], ...]) -> None:
    terminal = Terminal(*typed)
    assert TerminalUi(terminal.console, ask=terminal.ask).show(CONFIRM) is None


def test_a_page_without_actions_asks_nothing() -> None:
    terminal = Terminal()
    assert TerminalUi(terminal.console, ask=terminal.ask).show(page_with("кінець")) is None
    assert terminal.asked == []


def test_an_action_that_a_terminal_cannot_make_is_not_offered() -> None:
    terminal = Terminal("1")
    assert TerminalUi(terminal.console, ask=terminal.ask).show(SIGN) == Retry()
    assert "Підписати" not in terminal.printed.replace("Підписання", "")


@pytest.mark.parametrize(
    "made", [RequestSigned.of(b"der"), SigningFailed(code="cancelled")], ids=["signed", "not signed"]
)
def test_a_maker_makes_the_event_that_a_terminal_cannot(made: Event) -> None:
    seen: list[Page] = []

    def maker(page: Page) -> Event:
        seen.append(page)
        return made

    terminal = Terminal("1")
    makers: dict[type[Event], Callable[[Page], Event]] = {RequestSigned: maker}
    assert TerminalUi(terminal.console, ask=terminal.ask, makers=makers).show(SIGN) is made
    assert seen == [SIGN]


def test_without_ask_a_line_of_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n"))
    terminal = Terminal()
    assert TerminalUi(terminal.console).show(CONFIRM) == Decline()
    assert "Введіть номер дії (1–2) або 0, щоб вийти:" in terminal.printed


def test_without_a_console_the_standard_output_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalUi().show(page_with("кінець"))
    assert "кінець" in capsys.readouterr().out


@pytest.mark.parametrize(
    "value", ["[red]увага[/red]", "[link=https://evil.example]тут[/link]", "[/]", "[bold", ":warning:", "\\[x]"]
)
def test_markup_in_data_is_printed_as_text(value: str) -> None:
    terminal = Terminal()
    TerminalUi(terminal.console).show(page_with(value, messages=(Message(code="answer", params={"text": value}),)))
    assert terminal.printed.count(value) == 5


ATTACKS = (
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m",
    "a\rb",
    "a\nb",
    "a\bb",
    "\N{RIGHT-TO-LEFT OVERRIDE}txt",
    "\N{RIGHT-TO-LEFT ISOLATE}x",
    "\N{ZERO WIDTH SPACE}",
    "\N{LINE SEPARATOR}",
    "\ud800",
)


@pytest.mark.parametrize("value", ATTACKS, ids=ascii)
def test_nothing_in_data_commands_the_terminal(value: str) -> None:
    terminal = Terminal()
    page = page_with(
        value,
        messages=(Message(code="answer", params={"text": value}), Message(code=value)),
        request_id=value,
        leads_to=SecretStr(f"https://pis.example.ua{value}/cb"),
    )
    TerminalUi(terminal.console).show(page)
    without_layout = terminal.printed.replace("\n", "")
    assert without_layout.isprintable()
    assert terminal.printed.encode("utf-8")


def test_a_caption_from_data_commands_nothing_either() -> None:
    terminal = Terminal("1")
    page = page_with("x", actions=(Action(label=Message(code="\x1b[2J[red]"), event=Retry),))
    TerminalUi(terminal.console, ask=terminal.ask).show(page)
    assert "\\x1b[2J[red]" in terminal.printed
    assert "\x1b" not in terminal.printed


@given(text=st.text(alphabet=st.characters(exclude_categories=())))
def test_harmless_text_holds_no_control_and_keeps_all_that_can_be_seen(text: str) -> None:
    shown = harmless(text)
    assert all(unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in shown)
    assert [one for one in text if one.isprintable() and one.isalpha() and ord(one) > 127] == [
        one for one in shown if one.isalpha() and ord(one) > 127
    ]


def test_harmless_text_keeps_ukrainian_and_turns_a_hard_space_into_a_space() -> None:
    assert harmless("Під'їзд № 5,\N{NO-BREAK SPACE}«А»") == "Під'їзд № 5, «А»"


def test_long_data_are_wrapped_and_never_cut() -> None:
    value = "".join(chr(ord("а") + number % 32) for number in range(400))
    terminal = Terminal(width=40)
    TerminalUi(terminal.console).show(
        page_with("x", groups=(FieldGroup(title=Message(code="x"), fields=(_field(value),)),))
    )
    letters = "".join(one for one in terminal.printed if one.isalpha())
    assert "…" not in terminal.printed
    assert letters.count("ю") >= value.count("ю") * 2


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://pis.example.ua/oauth/callback?code=CANARY&state=s", "https://pis.example.ua/?•••"),
        ("https://pis.example.ua:8443/cb", "https://pis.example.ua:8443/"),
        ("http://[::1]:8000/cb?code=CANARY", "http://[::1]:8000/?•••"),
        ("https://user:CANARY@pis.example.ua/", "https://pis.example.ua/"),
        ("https://pis.example.ua:port/?CANARY", "•••"),
        ("https://[bad/?CANARY", "•••"),
        ("CANARY", "•••"),
    ],
)
def test_of_an_address_only_its_host_is_shown(url: str, shown: str) -> None:
    assert shown_address(SecretStr(url)) == shown
    terminal = Terminal()
    TerminalUi(terminal.console).show(page_with("x", leads_to=SecretStr(url)))
    assert f"Далі браузер переходить на {shown}" in terminal.printed
    assert "CANARY" not in terminal.printed
