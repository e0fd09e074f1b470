"""A store that is locked, full, read-only, damaged or gone says so, and keeps what it had."""

from __future__ import annotations

import os
import pwd
import resource
import sqlite3
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import bindparam, true, update
from sqlalchemy.exc import DBAPIError

from esozflow.adapters.stores.sql import database, listed, upgrade
from esozflow.adapters.stores.sql.failures import failure_of
from esozflow.adapters.stores.sql.tables import instances
from esozflow.flow import FlowError, StoreFailed

from ...databases import ACCOUNT, NewDatabase, running_postgresql

SOAK = "SOAK" in os.environ
NOBODY = pwd.getpwnam(ACCOUNT).pw_uid


def failure(act: Callable[[], object]) -> StoreFailed:
    with pytest.raises(StoreFailed) as caught:
        act()
    error = caught.value
    told = "".join(traceback.format_exception(error)) + repr(error.args) + error.hint
    assert "canary" not in told
    assert (error.__cause__, error.__context__) == (None, None)
    return error


def writes(kept: SimpleNamespace, store: Any, first: Any) -> list[Callable[[], object]]:
    second = kept.next_of(first, state="register")
    return [partial(store.commit, second, kept.move(second)), partial(store.create, kept.snapshot("two"))]


def test_a_locked_store_fails_after_its_wait_and_works_again_when_the_lock_is_gone(
    stores: Any, kept: SimpleNamespace
) -> None:
    store, first = stores.store(database=stores.open(wait=0.3)), kept.snapshot()
    store.create(first)
    second = kept.next_of(first)
    held, done = threading.Event(), threading.Event()

    def hold(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE esozflow_instances SET revision = revision WHERE id = 'one'")
        held.set()
        done.wait(30)

    holder = threading.Thread(target=lambda: stores.database.write(hold))
    holder.start()
    held.wait(30)
    assert failure(lambda: store.commit(second, kept.move(second))).code == "store_busy"
    assert store.load("one") == first, "a reader is not held up by a writer"
    done.set()
    holder.join()
    store.commit(second, kept.move(second))
    assert store.load("one") == second


def test_a_store_whose_connections_are_all_taken_is_busy(stores: Any, kept: SimpleNamespace) -> None:
    small = stores.open(wait=0.2, connections=1)
    store = stores.store(database=small)
    store.create(kept.snapshot())
    found: list[str] = []
    small.read(lambda connection: found.append(failure(lambda: store.load("one")).code))
    assert found == ["store_busy"]
    assert store.load("one") == kept.snapshot()


@pytest.mark.parametrize("way", ["read", "write", "at_once"])
def test_who_waits_for_a_connection_gets_it_as_soon_as_it_is_free(stores: Any, way: str) -> None:
    small = stores.open(wait=30.0, connections=1)
    small.at_once(lambda _, __: None, ())  # it rests from now on
    for _ in range(3):
        held, done, got = threading.Event(), threading.Event(), threading.Event()

        def hold(*_: object, held: threading.Event = held, done: threading.Event = done) -> None:
            held.set()
            done.wait(30)

        def use(*_: object, got: threading.Event = got) -> None:
            got.set()

        given: list[Any] = [()] if way == "at_once" else []
        holder = threading.Thread(target=partial(small.at_once, hold, ()))
        holder.start()
        assert held.wait(30)
        waiter = threading.Thread(target=partial(getattr(small, way), use, *given))
        waiter.start()
        assert not got.wait(0.1)
        done.set()
        assert got.wait(10), "long before the thirty seconds are over"
        holder.join()
        waiter.join()


def test_a_closed_database_holds_nothing_open(filed: Any, kept: SimpleNamespace) -> None:
    def open_files() -> list[str]:
        links = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
        return [str(one) for one in links if str(one).startswith(str(filed.database.file))]

    store = filed.store()
    store.create(kept.snapshot())
    assert open_files()
    filed.close()
    assert not open_files()
    assert store.load("one") == kept.snapshot(), "who uses it all the same opens it again"


@pytest.fixture
def filed(make_stores: Callable[[SecretStr], Any], tmp_path: Path) -> Any:
    stores = make_stores(SecretStr(f"sqlite:///{tmp_path}/filed.db"))
    upgrade(stores.database)
    return stores


def test_a_full_file_takes_nothing_more_and_keeps_what_it_has(filed: Any, kept: SimpleNamespace) -> None:
    small = filed.open(connections=1)
    pages = small.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar())
    small.read(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}"))
    store, stored, code = filed.store(database=small), 0, ""
    while stored < 1000:
        try:
            store.create(kept.snapshot(str(stored)))
        except StoreFailed as full:
            code = full.code
            break
        stored += 1
    assert code == "store_full"
    assert 0 < stored < 1000
    assert [store.load(str(number)).id for number in range(stored)] == [str(number) for number in range(stored)]
    assert filed.sql("PRAGMA integrity_check") == [("ok",)]


@contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    """Let this process write no file beyond a length: to a program that is what a full disk is like."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_without_room_fails_the_commit_and_the_last_revision_stands(filed: Any, kept: SimpleNamespace) -> None:
    store, last = filed.store(), kept.snapshot()
    store.create(last)
    written = Path(f"{filed.database.file}-wal").stat().st_size
    with no_file_longer_than(written + 40_000):
        for _ in range(1000):
            following = kept.next_of(last)
            try:
                store.commit(following, kept.move(following))
            except StoreFailed:
                break
            last = following
        assert 0 < last.revision < 1000
        assert failure(lambda: store.commit(following, kept.move(following))).code == "store_full"
        assert store.load("one") == last
    again = filed.store(database=filed.open())
    assert again.load("one") == last
    assert [move.revision for move in again.journal("one")] == list(range(1, last.revision + 1))
    again.commit(following, kept.move(following))
    assert again.load("one") == following


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder into which everybody may look."""
    with tempfile.TemporaryDirectory(prefix="esozflow-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Go on without the rights of root, for whom nothing is read-only."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_only_be_read_is_read_and_nothing_is_lost(
    make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace, open_folder: Path
) -> None:
    writer = make_stores(SecretStr(f"sqlite:///{open_folder}/read.db"))
    upgrade(writer.database)
    first = kept.snapshot()
    writer.store().create(first)
    for file in open_folder.iterdir():
        file.chmod(0o444)
    with somebody_else():
        reader = make_stores(writer.url)
        store = reader.store()
        for write in writes(kept, store, first):
            assert failure(write).code == "store_read_only"
        assert store.load("one") == first
        assert store.journal("one") == ()
        reader.close()
    assert writer.store().load("one") == first


def test_a_file_that_may_not_even_be_read_cannot_be_reached(
    make_stores: Callable[[SecretStr], Any], open_folder: Path
) -> None:
    writer = make_stores(SecretStr(f"sqlite:///{open_folder}/closed.db"))
    upgrade(writer.database)
    for file in open_folder.iterdir():
        file.chmod(0)
    with somebody_else():
        assert failure(make_stores(writer.url).store).code == "store_unreachable"


@pytest.mark.parametrize("damage", [b"canary is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_damaged(
    make_stores: Callable[[SecretStr], Any], tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / "one.db").write_bytes(damage)
    stores = make_stores(SecretStr(f"sqlite:///{tmp_path}/one.db"))
    assert failure(stores.store).code == "store_damaged"
    assert failure(lambda: upgrade(stores.database)).code == "store_damaged"


def test_a_file_that_was_cut_anywhere_gives_what_was_stored_or_a_named_error(
    filed: Any, make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace, tmp_path: Path
) -> None:
    first = kept.snapshot()
    filed.store().create(first)
    filed.sql("SELECT 1")
    filed.close()  # the last connection writes everything into the file itself
    whole = filed.database.file.read_bytes()
    found: Counter[str] = Counter()
    for length in {*range(0, len(whole), 13 if SOAK else 611), len(whole)}:
        file = tmp_path / "cut.db"
        file.write_bytes(whole[:length])
        stores = make_stores(SecretStr(f"sqlite:///{file}"))
        try:
            assert stores.store().load("one") == first
            found["whole"] += 1
        except FlowError as error:
            found[error.code] += 1
        stores.close()
        for rest in tmp_path.glob("cut.db*"):
            rest.unlink()
    assert found["whole"] >= 1
    assert set(found) <= {"whole", "store_damaged", "schema_outdated", "unknown_instance", "store_failed"}
    assert found["store_damaged"] > 1


def server_of(new_postgresql: NewDatabase, make_stores: Callable[[SecretStr], Any]) -> Any:
    stores = make_stores(new_postgresql())
    upgrade(stores.database)
    return stores


OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def test_connections_that_were_cut_are_replaced_without_anybody_noticing(
    new_postgresql: NewDatabase, make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace
) -> None:
    stores = server_of(new_postgresql, make_stores)
    store, first = stores.store(database=stores.open()), kept.snapshot()
    store.create(first)
    stores.sql(OTHERS)
    assert store.load("one") == first
    stores.sql(OTHERS)
    following = kept.next_of(first)
    store.commit(following, kept.move(following))
    assert store.load("one") == following


@pytest.mark.parametrize("between", ["none", "the pool lends it meanwhile"])
def test_a_connection_that_was_lost_without_a_word_is_replaced_once_it_has_rested(
    new_postgresql: NewDatabase,
    make_stores: Callable[[SecretStr], Any],
    kept: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    between: str,
) -> None:
    stores = server_of(new_postgresql, make_stores)
    store, first = stores.store(database=(small := stores.open(connections=1))), kept.snapshot()
    store.create(first)
    monkeypatch.setattr(database, "_has_something_to_say", lambda _: False)
    stores.sql(OTHERS)
    monkeypatch.setattr(database, "_IDLE", 0.0)
    if between != "none":
        assert small.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar_one()) == 1
    assert store.load("one") == first


def test_a_connection_that_is_cut_in_the_middle_leaves_the_last_revision(
    new_postgresql: NewDatabase, make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace
) -> None:
    stores = server_of(new_postgresql, make_stores)
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    ends = stores.open()

    def cut(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE esozflow_instances SET revision = 99")
        ends.write(lambda other: other.exec_driver_sql(OTHERS))
        connection.exec_driver_sql("SELECT 1")

    assert failure(lambda: stores.database.write(cut)).code == "store_unreachable"
    assert store.load("one") == first


def test_a_server_that_is_gone_or_refuses_cannot_be_reached(
    make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace
) -> None:
    with running_postgresql() as new:
        stores = server_of(new, make_stores)
        store = stores.store()
        store.create(kept.snapshot())
        nowhere = SecretStr(stores.url.get_secret_value().replace("?", "canary?"))
        assert failure(make_stores(nowhere).store).code == "store_unreachable"
        stranger = SecretStr(stores.url.get_secret_value().replace("esozflow@", "canary:canary@"))
        assert failure(make_stores(stranger).store).code == "store_unreachable"
    for use in (lambda: store.load("one"), *writes(kept, store, kept.snapshot())):
        assert failure(use).code == "store_unreachable"


def test_a_server_that_only_reads_is_read(
    new_postgresql: NewDatabase, make_stores: Callable[[SecretStr], Any], kept: SimpleNamespace
) -> None:
    stores = server_of(new_postgresql, make_stores)
    first = kept.snapshot()
    stores.store().create(first)
    [name] = stores.sql("SELECT current_database()")[0]
    stores.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = stores.store(database=stores.open())
    for write in writes(kept, store, first):
        assert failure(write).code == "store_read_only"
    assert store.load("one") == first


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", "store_full"),
        ("53200", "store_full"),
        ("53300", "store_busy"),
        ("40P01", "store_busy"),
        ("40001", "store_busy"),
        ("55P03", "store_busy"),
        ("57014", "store_busy"),
        ("57P01", "store_unreachable"),
        ("57P03", "store_unreachable"),
        ("08006", "store_unreachable"),
        ("28P01", "store_unreachable"),
        ("3D000", "store_unreachable"),
        ("25006", "store_read_only"),
        ("42501", "store_read_only"),
        ("XX001", "store_damaged"),
        ("42P01", "store_failed"),
        ("22021", "store_failed"),
    ],
)
def test_what_the_server_says_is_told_by_its_code_and_never_in_its_words(state: str, code: str) -> None:
    error = DBAPIError("SELECT canary", {"canary": 1}, psycopg.errors.lookup(state)("canary"))
    told = failure_of(error)
    assert told.code == code
    assert state in str(told)
    assert "canary" not in f"{told} {told!r} {told.hint}"


@pytest.mark.parametrize("error", [ValueError("canary"), RuntimeError("canary"), OverflowError("canary")])
def test_whatever_else_a_driver_raises_is_a_failure_of_the_store(stores: Any, error: Exception) -> None:
    def act(connection: Any) -> None:
        raise error

    for run in (stores.database.read, stores.database.write):
        assert failure(partial(run, act)).code == "store_failed"


def test_an_interrupt_is_not_held_back_and_changes_nothing(stores: Any, kept: SimpleNamespace) -> None:
    stores.store().create(kept.snapshot())

    def act(connection: Any) -> None:
        connection.exec_driver_sql("DELETE FROM esozflow_instances")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stores.database.write(act)
    assert stores.store().load("one") == kept.snapshot()


def test_a_connection_whose_statement_was_interrupted_is_not_used_again(stores: Any) -> None:
    small, seen = stores.open(connections=1), list[Any]()

    def see(driver: Any, _: object) -> None:
        seen.append(driver)

    def act(*_: object) -> None:
        raise KeyboardInterrupt

    small.at_once(see, ())
    small.at_once(see, ())
    assert seen[0] is seen[1]
    with pytest.raises(KeyboardInterrupt):
        small.at_once(act, ())
    small.at_once(see, ())
    assert seen[2] is not seen[1]


def test_an_interrupt_leaves_no_lock_behind_whoever_keeps_an_earlier_error(filed: Any, kept: SimpleNamespace) -> None:
    small = filed.open(wait=0.1, connections=1)
    store, first = filed.store(database=small), kept.snapshot()
    store.create(first)
    second = kept.next_of(first)
    other = sqlite3.connect(small.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFailed) as earlier:
        store.commit(second, kept.move(second))
    other.execute("ROLLBACK")

    def act(driver: Any, _: object) -> None:
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("UPDATE esozflow_instances SET revision = 99")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as later:
        small.at_once(act, ())
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()
    store.commit(second, kept.move(second))
    assert store.load("one") == second
    del earlier, later


def test_a_prepared_transaction_that_fails_or_is_cut_is_undone_and_the_next_one_works(
    stores: Any, kept: SimpleNamespace
) -> None:
    small = stores.open(connections=1)
    store = stores.store(database=small)
    store.create(kept.snapshot())

    def act(driver: Any, _: object) -> None:
        driver.execute("BEGIN")
        driver.execute("UPDATE esozflow_instances SET revision = 99")
        if not small.file:
            stores.database.write(lambda other: other.exec_driver_sql(OTHERS))
        driver.execute("SELECT canary FROM nowhere")

    assert failure(partial(small.at_once, act, ())).code == ("store_failed" if small.file else "store_unreachable")
    assert store.load("one") == kept.snapshot()


def test_a_change_of_which_a_part_finds_nothing_to_change_is_undone_as_a_whole(
    stores: Any, kept: SimpleNamespace
) -> None:
    stores.store().create(kept.snapshot())
    fields = ["of", "nobody"]
    ends = [update(instances).where(instances.c.id == bindparam(one)).values(ended=true()) for one in fields]
    change = stores.database.change(*ends, fields=fields)
    assert not stores.database.at_once(change.run, ["one", "two"])
    assert not next(listed(stores.database)).ended
    assert stores.store().load("one") == kept.snapshot()
