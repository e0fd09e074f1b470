"""What an operator does: list, purge, re-seal; beside sign-ups that are alive."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretBytes

from esozflow.adapters.sealing import Keys, SealBroken, new_key
from esozflow.adapters.stores.sql import Listed, keys_in_use, listed, purge, reseal
from esozflow.adapters.stores.sql import upkeep as module
from esozflow.flow import StaleRevision, UnknownInstance

RETENTION = timedelta(days=30)


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few sign-ups make many batches."""
    monkeypatch.setattr(module, "_BATCH", 7)
    monkeypatch.setattr(module, "_SEALED_BATCH", 3)


def some(stores: Any, kept: SimpleNamespace) -> dict[str, Any]:
    """Store one sign-up of every sort, and give when each of them may go: days after noon, or never."""
    now, of = kept.NOON, kept.snapshot
    goes: dict[str, tuple[Any, float | None]] = {
        "ended": (of("ended", state="declined"), 0),
        "ended later": (of("ended later", state="expired", entered_at=now + timedelta(days=2)), 2),
        "expired": (of("expired", expires_at=now + timedelta(days=3)), 3),
        "waiting without an end": (of("waiting without an end", state="validate_params"), None),
        "calling": (of("calling", state="register"), None),
    }
    for snapshot, _ in goes.values():
        stores.store().create(snapshot)
    unsaved = kept.snapshot("tokens unsaved", flow="pis", state="tokens_unsaved")
    stores.store("pis").create(unsaved)
    return {name: days for name, (_, days) in goes.items()} | {"tokens unsaved": None}


@pytest.mark.parametrize("day", [-1, 0, 2, 3, 4, 100_000])
def test_what_ended_or_expired_long_enough_ago_is_purged_and_nothing_else(
    stores: Any, kept: SimpleNamespace, day: int
) -> None:
    may_go = some(stores, kept)
    gone = {name for name, days in may_go.items() if days is not None and days < day}
    assert purge(stores.database, kept.NOON + timedelta(days=day)) == len(gone)
    assert set(ids(listed(stores.database))) == may_go.keys() - gone
    assert purge(stores.database, kept.NOON + timedelta(days=day)) == 0


def test_a_purged_sign_up_leaves_no_journal_and_no_trace(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    store.create(kept.snapshot("other"))
    ended = kept.next_of(first, state="declined")
    store.commit(ended, kept.move(ended))
    assert purge(stores.database, kept.NOON + RETENTION) == 1
    for use in (lambda: store.load("one"), lambda: store.journal("one"), lambda: store.commit(ended, kept.move(ended))):
        with pytest.raises(UnknownInstance):
            use()
    assert stores.sql("SELECT * FROM esozflow_moves") == []
    assert store.load("other") == kept.snapshot("other")


@pytest.mark.usefixtures("small_batches")
def test_a_purge_goes_on_batch_by_batch_until_all_is_done(stores: Any, kept: SimpleNamespace) -> None:
    store = stores.store()
    for number in range(40):
        store.create(kept.snapshot(f"{number:02}", state="declined" if number % 2 else "confirm"))
    batches: list[int] = []
    left = iter(range(100))
    assert purge(stores.database, kept.NOON + RETENTION, between=lambda: batches.append(next(left))) == 20
    assert len(batches) == 3
    assert ids(listed(stores.database)) == [f"{number:02}" for number in range(0, 40, 2)]


def test_a_sign_up_that_was_moved_while_it_was_to_be_purged_is_kept(
    stores: Any, kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, first = stores.store(), kept.snapshot(expires_at=kept.NOON)
    store.create(first)
    moved = kept.next_of(first, state="register", expires_at=None)
    pages = module._pages

    def overtaken(*given: Any) -> Any:
        for page in pages(*given):
            store.commit(moved, kept.move(moved))
            yield page

    monkeypatch.setattr(module, "_pages", overtaken)
    assert purge(stores.database, kept.NOON + RETENTION) == 0
    assert store.load("one") == moved


@pytest.mark.usefixtures("small_batches")
def test_a_purge_does_no_harm_to_sign_ups_that_are_alive(stores: Any, kept: SimpleNamespace) -> None:
    store = stores.store()
    for number in range(60):
        store.create(kept.snapshot(f"old {number}", state="declined"))
    start, failures = threading.Barrier(5), list[Exception]()

    def live(id: str) -> None:
        start.wait()
        try:
            snapshot = kept.snapshot(id, entered_at=kept.NOON + 2 * RETENTION)
            store.create(snapshot)
            for _ in range(20):
                snapshot = kept.next_of(snapshot)
                store.commit(snapshot, kept.move(snapshot))
                assert store.load(id) == snapshot
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=live, args=(f"alive {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    start.wait()
    assert purge(stores.database, kept.NOON + RETENTION) == 60
    for thread in threads:
        thread.join()
    assert failures == []
    assert ids(listed(stores.database)) == [f"alive {number}" for number in range(4)]
    assert len(store.journal("alive 0")) == 20


def test_listing_gives_what_was_asked_for(stores: Any, kept: SimpleNamespace) -> None:
    some(stores, kept)
    day = timedelta(days=1)
    everything = ids(listed(stores.database))
    assert everything == sorted(everything)
    assert len(everything) == 6
    assert ids(listed(stores.database, state="register")) == ["calling"]
    assert ids(listed(stores.database, flow="confidant_sign_up.pis")) == ["tokens unsaved"]
    assert ids(listed(stores.database, ended=True)) == ["ended", "ended later"]
    assert ids(listed(stores.database, ended=True, entered_before=kept.NOON + day)) == ["ended"]
    assert ids(listed(stores.database, entered_before=kept.NOON)) == []
    assert ids(listed(stores.database, state="'; DROP TABLE esozflow_moves; --")) == []


def test_what_is_listed_says_where_a_sign_up_stands_and_nothing_about_anybody(
    stores: Any, kept: SimpleNamespace
) -> None:
    first = kept.snapshot(expires_at=kept.NOON + timedelta(hours=1))
    stores.store().create(first)
    [found] = listed(stores.database)
    assert found == Listed(
        id="one",
        flow="confidant_sign_up.auth_ui",
        version=first.version,
        state="confirm",
        ended=False,
        revision=0,
        begun_at=kept.NOON,
        entered_at=kept.NOON,
        expires_at=kept.NOON + timedelta(hours=1),
    )


@pytest.mark.usefixtures("small_batches")
def test_a_listing_of_many_is_complete_and_in_order(stores: Any, kept: SimpleNamespace) -> None:
    store = stores.store()
    for number in reversed(range(50)):
        store.create(kept.snapshot(f"{number:02}"))
    assert ids(listed(stores.database)) == [f"{number:02}" for number in range(50)]


@pytest.mark.usefixtures("small_batches")
def test_after_re_sealing_the_old_key_is_not_needed_any_more(stores: Any, kept: SimpleNamespace) -> None:
    both = Keys([new_key(), kept.KEY])
    new_only = both.ids[0]
    made = [kept.snapshot(str(number)) for number in range(10)]
    for snapshot in made:
        stores.store().create(snapshot)
    stores.store(keys=both).create(kept.snapshot("new"))
    assert keys_in_use(stores.database) == {kept.KEYS.ids[0]: 10, new_only: 1}
    done = reseal(stores.database, both)
    assert (done.count, done.unopened) == (10, ())
    assert keys_in_use(stores.database) == {new_only: 11}
    with pytest.raises(SealBroken):
        stores.store().load("0")
    assert [stores.store(keys=both).load(one.id) for one in made] == made
    assert reseal(stores.database, both).count == 0


def test_what_no_key_opens_is_named_and_the_rest_is_re_sealed(stores: Any, kept: SimpleNamespace) -> None:
    stores.store().create(kept.snapshot("mine"))
    stores.store(keys=Keys([new_key()])).create(kept.snapshot("lost"))
    stores.store().create(kept.snapshot("forged"))
    stores.sql("UPDATE esozflow_instances SET state = 'consent' WHERE id = 'forged'")
    both = Keys([new_key(), kept.KEY])
    done = reseal(stores.database, both)
    assert (done.count, done.unopened) == (1, ("forged", "lost"))
    assert stores.store(keys=both).load("mine") == kept.snapshot("mine")


def test_a_sign_up_that_was_moved_while_it_was_re_sealed_is_left_as_it_was_moved(
    stores: Any, kept: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    moved = kept.next_of(first, state="register")
    opened = Keys.open

    def overtaken(self: Keys, *given: Any, **more: Any) -> SecretBytes:
        monkeypatch.undo()
        store.commit(moved, kept.move(moved))
        return opened(self, *given, **more)

    monkeypatch.setattr(Keys, "open", overtaken)
    both = Keys([new_key(), kept.KEY])
    assert reseal(stores.database, both).count == 0
    assert store.load("one") == moved
    assert reseal(stores.database, both).count == 1
    assert stores.store(keys=both).load("one") == moved


def test_re_sealing_moves_nothing(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    both = Keys([new_key(), kept.KEY])
    reseal(stores.database, both)
    later = stores.store(keys=both)
    assert (later.load("one"), later.journal("one")) == (first, ())
    with pytest.raises(StaleRevision):
        later.commit(first, kept.move(first))
