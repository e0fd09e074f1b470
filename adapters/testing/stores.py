"""What every store must do, as tests. Subclass `StoreContract` as `Test…` in a module that pytest collects:

class TestMyStore(StoreContract):
    def store(self):
        return MyStore(...)
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pydantic import SecretStr

from ...flow import Conflict, Flow, Move, Snapshot, StaleRevision, Store, UnknownInstance
from ...states.flow import sign_up
from ...states.signup import Query, SignUp
from .raising import raised

_NOON = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
_RIVALS = 50


class StoreContract:
    """The promises of `flow.Store`. Override `store`, and `context` where yours keeps something else than sign-ups."""

    flow: Flow[Any] = sign_up()

    def store(self) -> Store[Any]:
        """Give a new, empty store."""
        raise NotImplementedError("Override `store` in your subclass: it gives a new, empty store of yours.")

    def reopened(self, store: Store[Any]) -> Store[Any]:
        """Give the same store as another process would open it. A store in memory is only ever itself."""
        return store

    def context(self, kept: str) -> Any:
        """Give a context that equals another exactly when it was made of the same `kept`."""
        query = Query(
            client_id="client",
            redirect_uri="https://pis.example.ua/callback",
            scope="person:read",
            user_data=SecretStr(f"{kept}=" * 100),
            token=SecretStr("Їжак' \" \\ \n\t𝄞"),
        )
        return SignUp(oauth_state=SecretStr(kept), query=query, scopes=("a", "b"), scope_names=(("a", "Назва"),))

    def snapshot(self, id: str = "one", *, revision: int = 0, state: str = "prepare", kept: str = "") -> Any:
        """Give a snapshot to store."""
        return Snapshot(
            id=id,
            flow=self.flow.name,
            version=self.flow.version,
            state=state,
            revision=revision,
            begun_at=_NOON,
            entered_at=_NOON + timedelta(seconds=revision),
            expires_at=_NOON + timedelta(hours=1) if revision % 2 else None,
            context=self.context(kept),
        )

    def move(self, snapshot: Snapshot[Any]) -> Move:
        """Give the move that led to the snapshot."""
        return Move(
            revision=snapshot.revision,
            event="Happened",
            from_state="before",
            to_state=snapshot.state,
            section="4.1",
            actor="pis",
            at=snapshot.entered_at,
        )

    def test_a_new_instance_is_given_back_as_it_was_stored(self) -> None:
        store, first = self.store(), self.snapshot()
        store.create(first)
        assert store.load("one") == first
        assert list(store.journal("one")) == []

    def test_a_commit_replaces_the_snapshot_and_appends_to_the_journal(self) -> None:
        store = self.store()
        store.create(self.snapshot())
        later = [
            self.snapshot(revision=revision, state=state, kept=state)
            for revision, state in enumerate(("sign", "hand_over", "validate_params"), 1)
        ]
        for snapshot in later:
            store.commit(snapshot, self.move(snapshot))
        assert store.load("one") == later[-1]
        assert list(store.journal("one")) == [self.move(snapshot) for snapshot in later]

    def test_what_was_committed_is_there_after_reopening(self) -> None:
        store = self.store()
        store.create(self.snapshot())
        second = self.snapshot(revision=1)
        store.commit(second, self.move(second))
        again = self.reopened(store)
        assert again.load("one") == second
        assert list(again.journal("one")) == [self.move(second)]

    def test_the_id_of_an_instance_is_taken_once(self) -> None:
        store = self.store()
        store.create(self.snapshot(kept="mine"))
        raised(Conflict, lambda: store.create(self.snapshot(kept="another's")))
        assert store.load("one") == self.snapshot(kept="mine")

    def test_only_the_next_revision_is_accepted_and_a_refused_one_changes_nothing(self) -> None:
        store = self.store()
        store.create(self.snapshot())
        current = self.snapshot(revision=1)
        store.commit(current, self.move(current))
        for revision in (-1, 0, 1, 3, 100):
            wrong = self.snapshot(revision=revision, kept="wrong")
            raised(StaleRevision, partial(store.commit, wrong, self.move(wrong)))
        assert store.load("one") == current
        assert len(store.journal("one")) == 1

    def test_an_unknown_instance_is_neither_loaded_nor_committed(self) -> None:
        store, snapshot = self.store(), self.snapshot(revision=1)
        raised(UnknownInstance, lambda: store.load("one"))
        raised(UnknownInstance, lambda: store.journal("one"))
        raised(UnknownInstance, lambda: store.commit(snapshot, self.move(snapshot)))
        raised(UnknownInstance, lambda: store.load("one"))

    def test_odd_ids_are_only_names(self) -> None:
        store = self.store()
        ids = ["../../etc/passwd", "'; drop table x; --", "", " ", "One", "one", "a/b", "%00", "ї" * 200]
        for name in ids:
            store.create(self.snapshot(name, kept=f"secret of {name}"))
        for name in ids:
            assert store.load(name) == self.snapshot(name, kept=f"secret of {name}")

    def test_instances_do_not_touch_each_other(self) -> None:
        store = self.store()
        for name in ("one", "two"):
            store.create(self.snapshot(name, kept=name))
        moved = self.snapshot("two", revision=1)
        store.commit(moved, self.move(moved))
        assert store.load("one") == self.snapshot("one", kept="one")
        assert list(store.journal("one")) == []

    def test_a_journal_that_was_given_out_does_not_change_afterwards(self) -> None:
        store = self.store()
        store.create(self.snapshot())
        before = store.journal("one")
        snapshot = self.snapshot(revision=1)
        store.commit(snapshot, self.move(snapshot))
        assert list(before) == []

    def test_of_many_commits_of_one_revision_exactly_one_wins(self) -> None:
        store = self.store()
        store.create(self.snapshot())
        rivals = [self.snapshot(revision=1, kept=str(number)) for number in range(_RIVALS)]
        results = _at_once([partial(store.commit, rival, self.move(rival)) for rival in rivals])
        winners = [rival for rival, result in zip(rivals, results, strict=True) if result is None]
        assert [type(result) for result in results if result is not None] == [StaleRevision] * (_RIVALS - 1)
        assert [store.load("one")] == winners
        assert len(store.journal("one")) == 1

    def test_of_many_creations_of_one_id_exactly_one_wins(self) -> None:
        store = self.store()
        rivals = [self.snapshot(kept=str(number)) for number in range(_RIVALS)]
        results = _at_once([partial(store.create, rival) for rival in rivals])
        winners = [rival for rival, result in zip(rivals, results, strict=True) if result is None]
        assert [type(result) for result in results if result is not None] == [Conflict] * (_RIVALS - 1)
        assert [store.load("one")] == winners

    def test_many_instances_move_on_at_once_without_losing_a_move(self) -> None:
        store, revisions = self.store(), range(1, 6)

        def live(id: str) -> None:
            first = self.snapshot(id)
            store.create(first)
            for revision in revisions:
                snapshot = replace(first, revision=revision)
                store.commit(snapshot, self.move(snapshot))

        results = _at_once([partial(live, str(number)) for number in range(20)])
        assert results == [None] * 20
        for number in range(20):
            assert [move.revision for move in store.journal(str(number))] == list(revisions)

    def test_errors_hold_no_secret(self) -> None:
        store = self.store()
        snapshot = self.snapshot(kept="canary-secret")
        store.create(snapshot)
        error = raised(Conflict, lambda: store.create(snapshot))
        assert "canary" not in f"{error!r} {error}"


def _at_once(acts: list[Callable[[], object]]) -> list[Exception | None]:
    """Start all acts at the same moment, each in its thread, and give what each raised."""
    start = threading.Barrier(len(acts))
    results: list[Exception | None] = [None] * len(acts)

    def run(position: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # whatever a store raises, the test is to tell it
            results[position] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
