"""Many workers: any of them may serve any request of any browser, and what is asked of two at once is done once."""

from __future__ import annotations

import http.client
import itertools
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.sandbox_process import SandboxProcess
from esozflow.adapters.stores.sql import Database, listed

from ..workers import HANG, SOAK, Answer, Browser, at_once, kill, query, sandbox, tell, until, upgraded, worker

REPEATS = 100 if SOAK else 3
ABANDONED = 200 if SOAK else 20
CHILDREN = itertools.count(1)


@pytest.fixture(scope="module")
def esoz(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(
    request: pytest.FixtureRequest, esoz: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """Two workers over one database."""
    if request.param == "postgresql":
        store = request.getfixturevalue("new_postgresql")()
    else:
        store = SecretStr(f"sqlite:///{tmp_path_factory.mktemp('store')}/sign-ups.db")
    upgraded(store)
    a, b = worker(esoz.base_url, store), worker(esoz.base_url, store)
    a.start()
    with b:
        a.wait_until_ready()
        yield SimpleNamespace(a=a.base_url, b=b.base_url, store=store)
        a.stop()


@pytest.fixture
def ledger(esoz: SandboxProcess) -> Callable[[], dict[str, int]]:
    """Give what was registered and approved during the test."""
    before = esoz.effects()
    return lambda: {kind: (esoz.effects() - before)[kind] for kind in ("register", "approve")}


def code_of(answer: Answer) -> str:
    return parse_qs(urlsplit(answer.location).query)["code"][0]


def test_each_request_of_a_browser_may_go_to_another_worker(
    two: SimpleNamespace, ledger: Callable[[], dict[str, int]]
) -> None:
    browser = Browser()
    address = browser.opens(two.a, query(next(CHILDREN)))
    confirm = browser.sees(two.b, address)
    assert browser.sends(two.a, address, confirm.form, "Confirm").location == address
    consent = browser.sees(two.b, address)
    assert consent.form["revision"] > confirm.form["revision"]
    accepted = browser.sends(two.a, address, consent.form, "Accept")
    assert code_of(accepted)
    assert browser.sees(two.b, address).location == accepted.location
    assert ledger() == {"register": 1, "approve": 1}


def test_a_form_that_is_sent_to_both_workers_at_once_is_done_once_and_both_lead_to_the_same_place(
    two: SimpleNamespace, ledger: Callable[[], dict[str, int]]
) -> None:
    for _ in range(REPEATS):
        browser = Browser()
        address = browser.opens(two.a, query(next(CHILDREN)))
        for action in ("Confirm", "Accept"):
            form = browser.sees(two.b, address).form
            bases = [two.a, two.b] * 4
            answers = at_once([partial(browser.sends, base, address, form, action) for base in bases])
            assert {answer.status for answer in answers} == {303}
            if action == "Accept":
                # Whoever came too late to see the call waited for it, and leads to where it led.
                assert len({answer.location for answer in answers}) == 1
                assert code_of(answers[0])
            else:
                assert {answer.location for answer in answers} == {address}
    tell(f"{REPEATS} sign-ups, each form sent to 2 workers 8 times at once: ledger {ledger()}")
    assert ledger() == {"register": REPEATS, "approve": REPEATS}


def test_what_two_workers_are_asked_at_once_to_accept_and_to_decline_has_one_winner(
    two: SimpleNamespace, ledger: Callable[[], dict[str, int]]
) -> None:
    approved = 0
    for _ in range(REPEATS):
        browser = Browser()
        address = browser.opens(two.a, query(next(CHILDREN)))
        browser.presses(two.b, address, "Confirm")
        form = browser.sees(two.a, address).form
        at_once(
            [
                partial(browser.sends, two.a, address, form, "Accept"),
                partial(browser.sends, two.b, address, form, "Decline"),
            ]
        )
        seen = {(end.status, re.sub("<[^>]*>", "", end.text)) for end in (browser.sees(two.a, address),)}
        assert {(end.status, re.sub("<[^>]*>", "", end.text)) for end in (browser.sees(two.b, address),)} == seen
        approved += browser.sees(two.a, address).status == 303
    assert ledger() == {"register": REPEATS, "approve": approved}


def test_two_sign_ups_of_one_browser_go_over_two_workers_without_touching_each_other(
    two: SimpleNamespace, ledger: Callable[[], dict[str, int]]
) -> None:
    browser = Browser()
    first, second = browser.opens(two.a, query(next(CHILDREN))), browser.opens(two.b, query(next(CHILDREN)))
    browser.presses(two.b, first, "Confirm")
    browser.presses(two.a, second, "Decline")
    assert code_of(browser.presses(two.a, first, "Accept"))
    assert ledger() == {"register": 1, "approve": 1}
    stranger = Browser()
    stranger.opens(two.a, query(next(CHILDREN)))
    assert stranger.sees(two.a, first).status == 404


def test_sign_ups_that_one_browser_abandoned_on_both_workers_leave_its_first_and_last_alone(
    two: SimpleNamespace, ledger: Callable[[], dict[str, int]]
) -> None:
    browser = Browser()
    first, stale = browser.opens(two.a, query(next(CHILDREN))), Browser()
    stale.cookie = browser.cookie
    link = query(next(CHILDREN))
    for one in range(ABANDONED):
        last = browser.opens((two.a, two.b)[one % 2], link)
    form = browser.sees(two.b, first).form
    for address in (last, first):
        browser.presses(two.a, address, "Confirm")
        assert code_of(browser.presses(two.b, address, "Accept"))
    assert stale.sends(two.b, first, form, "Confirm").status == 303, "an old form leads to where the sign-up is"
    assert len(f"Cookie: {browser.cookie}") < 4096
    assert ledger() == {"register": 2, "approve": 2}


def test_a_page_that_is_open_while_its_worker_is_killed_still_works_with_the_next_one(
    two: SimpleNamespace, esoz: SandboxProcess, ledger: Callable[[], dict[str, int]]
) -> None:
    browser = Browser()
    with worker(esoz.base_url, two.store) as dying:
        address = browser.opens(dying.base_url, query(next(CHILDREN)))
        open_page = browser.sees(dying.base_url, address)
        kill(dying)
    assert browser.sees(two.a, address).text == open_page.text, "the page is the same to the letter"
    assert browser.sends(two.a, address, open_page.form, "Confirm").location == address
    consent = browser.sees(two.a, address)
    assert browser.sees(two.b, address).text == consent.text
    assert code_of(browser.sends(two.b, address, consent.form, "Accept"))
    assert ledger() == {"register": 1, "approve": 1}


def test_a_registration_whose_worker_is_killed_is_carried_on_by_another_without_being_asked(
    two: SimpleNamespace, esoz: SandboxProcess, ledger: Callable[[], dict[str, int]]
) -> None:
    browser = Browser()
    address = browser.opens(two.a, query(next(CHILDREN)))
    form = browser.sees(two.a, address).form
    with worker(esoz.base_url, two.store) as dying, ThreadPoolExecutor(1) as waiting:
        esoz.script([{"endpoint": "register", "kind": "delay", "seconds": 15}])
        asked = waiting.submit(browser.sends, dying.base_url, address, form, "Confirm")
        until(lambda: ledger()["register"] == 1)
        kill(dying)
        assert isinstance(asked.exception(HANG), ConnectionError | http.client.HTTPException)
    short = {"CALL_DEADLINE_SECONDS": "1", "RESUME_SECONDS": "1"}
    with worker(esoz.base_url, two.store, **short), Database(two.store) as database:
        until(lambda: bool(list(listed(database, state="register_unknown"))))
    page = browser.sees(two.b, address)
    assert "невідом" in page.text
    browser.sends(two.b, address, page.form, "Leave")
    assert ledger() == {"register": 1, "approve": 0}
