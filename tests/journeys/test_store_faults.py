"""A store that fails in the middle of a sign-up: the person is told so and has one next step; nothing is lost."""

from __future__ import annotations

import itertools
import re
import resource
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from esozflow.adapters.demo.sandbox_process import SandboxProcess
from esozflow.adapters.serving.process import ServingProcess
from esozflow.adapters.ui.web.acting import CHECK

from ..databases import running_postgresql, stopped
from ..workers import HANG, Answer, Browser, query, sandbox, tell, until, upgraded, worker

CHILDREN = itertools.count(1)


@pytest.fixture(scope="module")
def esoz(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def ledger(esoz: SandboxProcess) -> Callable[[], dict[str, int]]:
    before = esoz.effects()
    return lambda: {kind: (esoz.effects() - before)[kind] for kind in ("register", "approve")}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    upgraded(SecretStr(f"sqlite:///{tmp_path}/sign-ups.db"))
    return tmp_path / "sign-ups.db"


def is_told(answer: Answer, address: str) -> None:
    """The page says that it failed, not that nothing was done, and offers one thing to do."""
    assert answer.status == 503
    assert "Стан реєстрації не вдалося прочитати або зберегти" in answer.text
    assert "не виконано" not in re.sub("<[^>]*>", "", answer.text)
    assert re.findall(r'<a class="button primary" href="([^"]+)"', answer.text) == [address]
    assert "<form" not in answer.text


def goes_on(browser: Browser, base: str, address: str, form: dict[str, str]) -> None:
    """The page that was open when the store failed does what it says, once the store is well."""
    assert browser.sees(base, address).form == form, "the old revision is intact"
    assert browser.sends(base, address, form, "Confirm").location == address
    assert "code=" in browser.presses(base, address, "Accept").location


def test_a_locked_database_is_told_and_the_page_works_when_the_lock_is_gone(
    esoz: SandboxProcess, file: Path, ledger: Callable[[], dict[str, int]]
) -> None:
    with worker(esoz.base_url, SecretStr(f"sqlite:///{file}")) as here:
        browser, base = Browser(), here.base_url
        address = browser.opens(base, query(next(CHILDREN)))
        form = browser.sees(base, address).form
        with closing(sqlite3.connect(file, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            is_told(browser.sends(base, address, form, "Confirm"), address)
            assert browser.sees(base, address).form == form, "who only looks is not held up"
        assert ledger() == {"register": 0, "approve": 0}
        goes_on(browser, base, address, form)
    tell(f"locked: ledger {ledger()}")
    assert ledger() == {"register": 1, "approve": 1}


def limit(process: ServingProcess, length: int) -> None:
    assert process._process
    resource.prlimit(process._process.pid, resource.RLIMIT_FSIZE, (length, resource.RLIM_INFINITY))


def test_a_full_disk_is_told_and_the_page_works_when_there_is_room_again(
    esoz: SandboxProcess, file: Path, ledger: Callable[[], dict[str, int]]
) -> None:
    with worker(esoz.base_url, SecretStr(f"sqlite:///{file}")) as here:
        browser, base = Browser(), here.base_url
        address = browser.opens(base, query(next(CHILDREN)))
        form = browser.sees(base, address).form
        limit(here, Path(f"{file}-wal").stat().st_size)
        is_told(browser.sends(base, address, form, "Confirm"), address)
        assert browser.ask(base, "GET", f"/confidant/sign-up?{query(next(CHILDREN))}").status == 503
        assert ledger() == {"register": 0, "approve": 0}
        limit(here, resource.RLIM_INFINITY)
        goes_on(browser, base, address, form)
    tell(f"full: ledger {ledger()}")
    assert ledger() == {"register": 1, "approve": 1}


def test_a_database_that_may_only_be_read_is_told(
    esoz: SandboxProcess, new_postgresql: Any, ledger: Callable[[], dict[str, int]]
) -> None:
    store = upgraded(new_postgresql())
    name = re.findall(r"/(t[0-9a-f]+)\?", store.get_secret_value())[0]
    with worker(esoz.base_url, store) as here:
        browser, base = Browser(), here.base_url
        address = browser.opens(base, query(next(CHILDREN)))
        form = browser.sees(base, address).form
        _read_only(store, name, "on")
        is_told(browser.sends(base, address, form, "Confirm"), address)
        assert browser.sees(base, address).form == form
        assert ledger() == {"register": 0, "approve": 0}
        _read_only(store, name, "off")
        goes_on(browser, base, address, form)
    assert ledger() == {"register": 1, "approve": 1}


def _read_only(store: SecretStr, name: str, switch: str) -> None:
    """Have everybody find the database read-only, or not any more: those that are connected, too."""
    with psycopg.connect(
        store.get_secret_value(), autocommit=True, options="-c default_transaction_read_only=off"
    ) as at:
        at.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {switch}")
        ended = at.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        # Whoever takes a connection from now on finds that it has ended, or a later one.
        live = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
        until(lambda: at.execute(live, ([pid for pid, _ in ended],)).fetchone() == (0,))


def test_a_server_that_stops_while_a_patient_is_being_registered_leaves_the_truth(
    esoz: SandboxProcess, ledger: Callable[[], dict[str, int]]
) -> None:
    with running_postgresql() as new:
        store = upgraded(new())
        home = Path(store.get_secret_value().partition("host=")[2])
        with worker(esoz.base_url, store, CALL_DEADLINE_SECONDS="8", RESUME_SECONDS="3600") as here:
            browser, base = Browser(), here.base_url
            address = browser.opens(base, query(next(CHILDREN)))
            form = browser.sees(base, address).form
            esoz.script([{"endpoint": "register", "kind": "delay", "seconds": 5}])
            with ThreadPoolExecutor(1) as waiting:
                asked = waiting.submit(browser.sends, base, address, form, "Confirm")
                until(lambda: ledger()["register"] == 1)
                with stopped(home):
                    is_told(asked.result(HANG), address)
                    is_told(browser.sees(base, address), address)
            # The intent was stored, the answer was not: what became of it nobody knows.
            until(lambda: browser.presses(base, address, CHECK).status == 303 and _is_over(browser, base, address))
            unknown = browser.sees(base, address)
            assert 'value="RegisterAgain"' in unknown.text
            browser.sends(base, address, unknown.form, "Leave")
            assert "<form" not in browser.sees(base, address).text
    tell(f"stopped between answer and commit: ledger {ledger()}")
    assert ledger() == {"register": 1, "approve": 0}


def _is_over(browser: Browser, base: str, address: str) -> bool:
    return f'value="{CHECK}"' not in browser.sees(base, address).text
