"""The scripted user: takes each step once, in order, and is never silent about a page nobody expected."""

import pytest

from esozflow.adapters.ui import ScriptedUi, UnexpectedPage
from esozflow.flow import Event, Message, Page, UsageError


class Nod(Event):
    """Yes."""


class Wave(Event):
    """Hello."""

    to: str


def page(name: str, *codes: str) -> Page:
    return Page(
        name=name,
        section="1",
        title=Message(code=f"{name}.title"),
        messages=tuple(Message(code=code, params={"secret": "canary"}) for code in codes),
    )


def test_steps_of_a_page_are_taken_in_order() -> None:
    ui = ScriptedUi({"gate": [Wave(to="a"), Wave(to="b")], "hall": [Nod()]})
    shown = [ui.show(page(name)) for name in ("gate", "hall", "gate")]
    assert shown == [Wave(to="a"), Nod(), Wave(to="b")]


def test_a_function_makes_its_event_from_the_page() -> None:
    ui = ScriptedUi({"gate": [lambda shown: Wave(to=shown.section), lambda shown: None]})
    assert ui.show(page("gate")) == Wave(to="1")
    assert ui.show(page("gate")) is None


def test_none_as_a_step_means_that_the_user_does_nothing() -> None:
    ui = ScriptedUi({"gate": [None, Nod()]})
    assert ui.show(page("gate")) is None
    assert ui.show(page("gate")) == Nod()


def test_an_expected_page_without_steps_may_be_read_again_and_again() -> None:
    ui = ScriptedUi({"end": ()})
    assert [ui.show(page("end")), ui.show(page("end"))] == [None, None]


def test_a_page_that_is_not_in_the_script_is_an_error_that_names_it() -> None:
    ui = ScriptedUi({"gate": [Nod()]})
    with pytest.raises(UnexpectedPage) as caught:
        ui.show(page("cellar", "it_is_dark"))
    assert isinstance(caught.value, UsageError)
    assert (caught.value.page, caught.value.code) == ("cellar", "unexpected_page")
    assert "cellar" in str(caught.value)
    assert "it_is_dark" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_the_last_step_is_never_repeated() -> None:
    ui = ScriptedUi({"gate": [Nod()]})
    ui.show(page("gate"))
    with pytest.raises(UnexpectedPage, match="shown 2 times"):
        ui.show(page("gate"))


def test_every_page_is_recorded_even_an_unexpected_one() -> None:
    ui = ScriptedUi({"gate": [Nod()]})
    ui.show(page("gate"))
    with pytest.raises(UnexpectedPage):
        ui.show(page("cellar"))
    assert [seen.name for seen in ui.pages] == ["gate", "cellar"]


def test_steps_that_were_not_taken_are_counted() -> None:
    ui = ScriptedUi({"gate": [Nod(), Nod()], "hall": [Nod()], "end": ()})
    ui.show(page("hall"))
    assert ui.unused == {"gate": 2}


def test_the_script_may_be_changed_outside_without_effect() -> None:
    steps: list[Event] = [Nod()]
    ui = ScriptedUi({"gate": steps})
    steps.clear()
    assert ui.show(page("gate")) == Nod()
