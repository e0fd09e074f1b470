"""What the site can be given, what it refuses to be given, and what it holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.pis_site import Confidant
from esozflow.adapters.demo.pis_site.showing import _masked, _moment
from esozflow.adapters.demo.pis_site.texts import SITE_TEXTS
from esozflow.adapters.demo.pis_site.visits import MOST_IDLE, Begun, Visits
from esozflow.flow import UsageError
from esozflow.states import Settings

from .conftest import CLIENT, CONFIDANT, Site


@pytest.mark.parametrize("path", ["", "/", "/sign-in", "/sign-ups/back", "/static", "/a//b", "/a/", "/%3Ca%3E", "/a;b"])
def test_a_callback_that_the_site_cannot_serve_is_refused(start: Callable[..., Site], path: str) -> None:
    client = CLIENT.model_copy(update={"redirect_uri": f"https://pis.example.ua{path}"})
    with pytest.raises(UsageError, match="redirect_path"):
        start(client=client)


@pytest.mark.parametrize("path", ["/cb", "/sign-in-callback", "/oauth/v2.1/back_again~?at=pis"])
def test_any_other_plain_path_is_served(start: Callable[..., Site], path: str) -> None:
    site = start(client=CLIENT.model_copy(update={"redirect_uri": f"https://pis.example.ua{path}"}))
    assert site.browser().get(path).status_code == 400


def test_settings_without_state_are_refused(start: Callable[..., Site]) -> None:
    with pytest.raises(UsageError, match="state_needed"):
        start(settings=Settings(append_state=False))


def test_the_confidants_token_is_not_shown_by_its_holder() -> None:
    assert isinstance(CONFIDANT, Confidant)
    assert CONFIDANT.access_token.get_secret_value() not in repr(CONFIDANT)


def test_the_visit_that_was_idle_for_longest_ends_when_there_are_too_many() -> None:
    forgotten: list[str] = []
    visits = Visits(forgotten.append, most=2)
    for browser in ("a", "b"):
        visits.begin(browser)
        visit = visits.of(browser)
        assert visit is not None
        visit.sign_ups["r"] = Begun(id=f"sign-up of {browser}", begun_at=Site().clock.now(), entered={})
    assert visits.of("a")  # b is idle for longer now
    visits.begin("c")
    assert [visits.of(one) is not None for one in "abc"] == [True, False, True]
    assert forgotten == ["sign-up of b"]
    visits.end("a")
    visits.end("a")
    assert forgotten == ["sign-up of b", "sign-up of a"]


def test_a_visit_that_is_idle_for_too_long_ends_and_takes_its_sign_ups_along() -> None:
    forgotten: list[str] = []
    seconds = [0.0]
    visits = Visits(forgotten.append, seconds=lambda: seconds[0])
    for browser in ("a", "b"):
        visits.begin(browser)
        visit = visits.of(browser)
        assert visit is not None
        visit.sign_ups["r"] = Begun(id=f"sign-up of {browser}", begun_at=Site().clock.now(), entered={})
    seconds[0] = 1.0
    visits.of("a")
    seconds[0] = MOST_IDLE
    visits.end_idle()
    assert forgotten == []
    seconds[0] = MOST_IDLE + 1.0
    visits.end_idle()
    assert forgotten == ["sign-up of b"]
    assert visits.of("a")
    assert not visits.of("b")


@pytest.mark.parametrize(
    ("token", "shown"),
    [("0123456789abcdef", "приховано, закінчується на cdef"), ("0123456789abcde", "приховано"), ("", "приховано")],
)
def test_of_a_token_that_is_long_enough_its_end_is_shown(token: str, shown: str) -> None:
    assert _masked(SecretStr(token), "uk") == shown


@pytest.mark.parametrize(
    ("unix", "shown"),
    [
        (1_752_000_000, "08.07.2025, 21:40 за київським часом"),
        (1_736_000_000, "04.01.2025, 16:13 за київським часом"),
        (10**30, str(10**30)),
        (-(10**15), str(-(10**15))),
    ],
)
def test_the_end_of_a_token_is_told_by_a_clock_in_kyiv(unix: int, shown: str) -> None:
    assert _moment(unix, "uk") == shown


def test_every_text_of_the_site_is_in_both_languages_with_the_same_parameters() -> None:
    import re

    for code, text in SITE_TEXTS.items():
        assert text.uk.strip() == text.uk != "", code
        assert text.en.strip() == text.en != "", code
        assert sorted(re.findall(r"\{\w+\}", text.uk)) == sorted(re.findall(r"\{\w+\}", text.en)), code
        assert not re.search(r"[’`´]|  |[a-zA-Z][а-яґєії]|[а-яґєії][a-zA-Z]|[ыъэё]", text.uk), code
