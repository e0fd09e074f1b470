"""Registered and approved at most once: double clicks, Back, Refresh, replays, lost answers, tabs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..browser import Asked, Browser
from ..checks import Finding, NotObservable, seen
from ..requirements import Rule
from .bench import SPARE, Act, Bench, Visit, check

_SLOW: Final = 0.4
"""Seconds that ЕСОЗ takes while a form is sent twice."""
_GATEWAY: Final = (502, 503, 504)
_CALL_OF: Final[dict[Act, str]] = {"confirm": "register", "accept": "approve"}


def _at(bench: Bench, act: Act) -> Visit:
    return bench.opens() if act == "confirm" else bench.at_consent()


@check(Rule.ONCE)
def sent_twice_at_once(bench: Bench) -> Iterator[Finding]:
    """A double click, while ЕСОЗ takes its time."""
    for act, call in _CALL_OF.items():
        visit = _at(bench, act)
        bench.fault(call, "delay", seconds=_SLOW)
        _at_once(visit.browser, [visit.asking(act)] * 2)
        yield seen(Rule.ONCE, f"a double click leads to one {call}", bench.esoz.times(call) == 1)


@check(Rule.ONCE)
def sent_again(bench: Bench) -> Iterator[Finding]:
    """Refresh, Back and the same form again, after it was answered."""
    for act, call in _CALL_OF.items():
        visit = _at(bench, act)
        form = visit.asking(act)
        answered = visit.press(act)
        visit.browser.ask(form)
        yield seen(Rule.ONCE, f"going back and sending the form again leads to one {call}", bench.esoz.times(call) == 1)
        if answered.left_to is None:
            visit.browser.refresh(answered)
            yield seen(Rule.ONCE, f"a refresh leads to one {call}", bench.esoz.times(call) == 1)


@check(Rule.ONCE)
def link_opened_again(bench: Bench) -> Iterator[Finding]:
    """The link of 4.1 is opened again in the same browser, when all is over."""
    visit = bench.at_consent()
    visit.press("accept")
    bench.also_opens(visit.browser)
    for call in _CALL_OF.values():
        yield seen(Rule.ONCE, f"opening the link again leads to no further {call}", bench.esoz.times(call) <= 1)


@check(Rule.LOST)
def lost_answer(bench: Bench) -> Iterator[Finding]:
    """ЕСОЗ does what it is asked, and its answer is lost."""
    for act, call in _CALL_OF.items():
        visit = _at(bench, act)
        form = visit.asking(act)
        bench.fault(call, "drop", after_effect=True)
        answered = visit.press(act)
        yield from _not_done(bench, visit, act, "a lost answer")
        visit.browser.refresh(answered)
        visit.browser.ask(form)
        yield seen(Rule.LOST, f"{call} is not repeated by a refresh or an old form", bench.esoz.times(call) == 1)


@check(Rule.LOST)
def failing_gateway(bench: Bench) -> Iterator[Finding]:
    """A gateway on the way to ЕСОЗ fails, so nobody knows what was done."""
    for act, call in _CALL_OF.items():
        for status in _GATEWAY:
            visit = _at(bench, act)
            bench.fault(call, "status", status=status, envelope=False, after_effect=True)
            visit.press(act)
            yield from _not_done(bench, visit, act, f"a gateway's {status}")


@check(Rule.LOST)
def late_answer(bench: Bench) -> Iterator[Finding]:
    """The answer of ЕСОЗ comes when nobody waits for it any more."""
    if bench.call_deadline is None:
        raise NotObservable("it is not known how long the Auth UI waits for ЕСОЗ (--call-deadline)")
    for act, call in _CALL_OF.items():
        visit = _at(bench, act)
        bench.fault(call, "delay", seconds=bench.call_deadline + SPARE)
        started = time.monotonic()
        visit.press(act)
        in_time = time.monotonic() - started < bench.call_deadline + SPARE
        yield seen(Rule.LOST, f"a page is given before an answer to {call} that is too late", in_time)
        yield from _not_done(bench, visit, act, "no answer in time")


def _not_done(bench: Bench, visit: Visit, act: Act, after: str) -> Iterator[Finding]:
    call = _CALL_OF[act]
    yield seen(Rule.LOST, f"after {after}, {call} is not repeated by itself", bench.esoz.times(call) == 1)
    if act == "confirm":
        yield seen(Rule.LOST, f"after {after}, nobody is taken for registered", not visit.shows_consent)
    else:
        left_to = visit.seen.left_to or ""
        yield seen(Rule.LOST, f"after {after}, nobody is redirected with a code", "code=" not in left_to)


@check(Rule.APART)
def two_tabs(bench: Bench) -> Iterator[Finding]:
    """Two children are signed up in one browser, by turns."""
    bench.esoz.start_over()
    browser = bench.browser()
    yield from _by_turns(bench, [bench.also_opens(browser, child=child) for child in (1, 2)], "two tabs")


@check(Rule.APART)
def two_browsers(bench: Bench) -> Iterator[Finding]:
    """Two children are signed up in two browsers, by turns."""
    bench.esoz.start_over()
    visits = [bench.also_opens(bench.browser(), child=child) for child in (1, 2)]
    yield from _by_turns(bench, visits, "two browsers")


def _by_turns(bench: Bench, visits: list[Visit], where: str) -> Iterator[Finding]:
    for visit in visits:
        visit.press("confirm")
    sent = [one.body.get("signed_content") for one in bench.esoz.heard("register")]
    yield seen(
        Rule.APART, f"in {where} each child is registered once", sent == [bench.user_data(1), bench.user_data(2)]
    )
    for visit in visits:
        visit.press("accept")
    sessions = [one.secrets().get("session token") for one in bench.esoz.heard("register")]
    used = [one.bearer for one in bench.esoz.heard("approve")]
    yield seen(Rule.APART, f"in {where} each approval is made for its own child", used == sessions)
    codes = [one.secrets().get("grant code", "") for one in bench.esoz.heard("approve")]
    taken = [visit.seen.left_to or "" for visit in visits]
    paired = len(codes) == len(taken) and all(code in url for code, url in zip(codes, taken, strict=True))
    yield seen(Rule.APART, f"in {where} each sign-up gets its own code", paired)


def _at_once(browser: Browser, asked: list[Asked]) -> None:
    with ThreadPoolExecutor(len(asked)) as pool:
        for done in [pool.submit(browser.once, one) for one in asked]:
            done.result()
