"""The store in SQL keeps the promises of every store, on both databases, and those of a store that others may see."""

from __future__ import annotations

import base64
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import insert

from esozflow.adapters.sealing import Keys, SealBroken, new_key
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore, journal_of, listed, purge, reseal, upgrade
from esozflow.adapters.stores.sql.tables import instances
from esozflow.adapters.testing.stores import StoreContract
from esozflow.flow import Conflict, ForeignSnapshot, Move, Snapshot, UnknownInstance, UsageError
from esozflow.states import SignUp, sign_up

from ...databases import NewDatabase, running_postgresql, stopped

SOAK = "SOAK" in os.environ


class TestSqlStore(StoreContract):
    keys = Keys([new_key()])

    @pytest.fixture(autouse=True)
    def _databases(self, new_database: NewDatabase) -> Iterator[None]:
        self.new_database = new_database
        self.opened: list[Database] = []
        yield
        for database in self.opened:
            database.close()

    def opened_store(self) -> SqlStore[SignUp]:
        self.opened.append(Database(self.url))
        upgrade(self.opened[-1])
        return SqlStore(self.opened[-1], codec=SnapshotCodec(sign_up(), SignUp), keys=self.keys)

    def store(self) -> SqlStore[SignUp]:
        self.url = self.new_database()
        return self.opened_store()

    def reopened(self, store: Any) -> SqlStore[SignUp]:
        return self.opened_store()


class Harmless(str):
    """A text that answers for itself, and not as it is kept."""

    __slots__ = ()

    def __len__(self) -> int:
        return 1

    def __contains__(self, _: object) -> bool:
        return False

    def isascii(self) -> bool:
        return True


IMPOSSIBLE = ["x" * 256, "one\x00", "\x00", "one\ud800"]
IMPOSSIBLE += [Harmless(one) for one in IMPOSSIBLE]


@pytest.mark.parametrize("id", IMPOSSIBLE, ids=ascii)
def test_an_id_that_no_database_can_keep_is_refused_once_and_unknown_ever_after(
    stores: Any, kept: SimpleNamespace, id: str
) -> None:
    store, first = stores.store(), kept.snapshot(id)
    with pytest.raises(UsageError) as caught:
        store.create(first)
    assert caught.value.code == "id_unusable"
    later = kept.next_of(first)
    for use in (lambda: store.load(id), lambda: store.journal(id), lambda: store.commit(later, kept.move(later))):
        with pytest.raises(UnknownInstance):
            use()


def test_the_longest_id_is_kept(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot("𝄞" * 255)
    store.create(first)
    assert store.load(first.id) == first


def test_a_server_that_dies_has_kept_every_move_that_it_took(kept: SimpleNamespace) -> None:
    found = {}
    with running_postgresql() as new:
        url = new()
        with Database(url) as database:
            upgrade(database)
            store = SqlStore(database, codec=SnapshotCodec(kept.FLOWS["auth_ui"], SignUp), keys=kept.KEYS)
            for state in ("init_validation", "confirm", "register"):
                first = kept.snapshot(state, state="validate_params")
                store.create(first)
                then = kept.next_of(first, state=state)
                store.commit(then, kept.move(then))
                with stopped(Path(url.get_secret_value().partition("host=")[2]), by=signal.SIGQUIT):
                    pass
                found[state] = (store.load(state), list(store.journal(state))) == (then, [kept.move(then)])

    assert found == {"init_validation": True, "confirm": True, "register": True}


def test_nothing_secret_or_personal_can_be_read_in_the_database(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    second = kept.next_of(first, state="register")
    store.commit(second, kept.move(second))
    assert kept.CANARY in store.load("one").context.jwt.get_secret_value()
    everything = [stores.sql(f"SELECT * FROM {table}") for table in ("esozflow_instances", "esozflow_moves")]
    assert kept.CANARY not in str(everything)
    assert kept.CANARY.encode() not in b"".join(bytes(row.sealed) for row in everything[0])
    if stores.database.file:
        folder: Path = stores.database.file.parent
        assert not [file.name for file in folder.iterdir() if kept.CANARY.encode() in file.read_bytes()]


def test_the_journal_has_no_place_for_anything_but_the_move(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    second = kept.next_of(first)
    store.commit(second, kept.move(second))
    [row] = stores.sql("SELECT * FROM esozflow_moves")
    assert set(row._mapping) == {"instance", "revision", "event", "from_state", "to_state", "section", "actor", "at"}


def test_every_word_of_a_move_is_journaled_in_its_place(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    second = kept.next_of(first)
    move = Move(
        revision=second.revision,
        event="an event",
        from_state="a state",
        to_state="another state",
        section="a section",
        actor="an actor",
        at=second.entered_at + timedelta(microseconds=1),
    )
    store.commit(second, move)
    assert store.journal("one") == (move,)


CHANGES = {
    "flow": "'confidant_sign_up.pis'",
    "version": "2",
    "state": "'consent'",
    "ended": "TRUE",
    "revision": "7",
    "begun_at": "'2026-01-31 12:00:00.123457'",
    "entered_at": "'2020-01-31 12:00:00.123456'",
    "expires_at": "'2036-01-31 12:00:00.123456'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_row_in_which_any_column_was_changed_is_not_accepted(stores: Any, kept: SimpleNamespace, column: str) -> None:
    store = stores.store()
    store.create(kept.snapshot())
    stores.sql(f"UPDATE esozflow_instances SET {column} = {CHANGES[column]}")
    with pytest.raises(SealBroken):
        store.load("one")


def test_every_column_is_tried_above(stores: Any) -> None:
    assert {*CHANGES, "id", "sealed"} == {column.name for column in stores_columns()}


def stores_columns() -> Any:
    from esozflow.adapters.stores.sql.tables import instances

    return instances.c


def test_a_row_that_was_given_another_id_or_anothers_content_is_not_accepted(
    stores: Any, kept: SimpleNamespace
) -> None:
    store = stores.store()
    for id in ("one", "two"):
        store.create(kept.snapshot(id))
    stores.sql("UPDATE esozflow_instances SET id = 'three' WHERE id = 'one'")
    sealed = stores.sql("SELECT sealed FROM esozflow_instances WHERE id = 'two'")[0].sealed
    stores.sql("UPDATE esozflow_instances SET sealed = :sealed WHERE id = 'three'", sealed=sealed)
    with pytest.raises(SealBroken):
        store.load("three")
    assert store.load("two") == kept.snapshot("two")


def test_a_forged_byte_in_the_database_is_never_accepted(stores: Any, kept: SimpleNamespace) -> None:
    store = stores.store()
    store.create(kept.snapshot())
    sealed = bytes(stores.sql("SELECT sealed FROM esozflow_instances")[0].sealed)
    for position in range(0, len(sealed), 1 if SOAK else 37):
        forged = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        stores.sql("UPDATE esozflow_instances SET sealed = :forged", forged=forged)
        with pytest.raises(SealBroken):
            store.load("one")
    stores.sql("UPDATE esozflow_instances SET sealed = :sealed", sealed=sealed)
    assert store.load("one") == kept.snapshot()


@pytest.mark.parametrize(
    "forged",
    [f"{column} = CAST({column} AS BLOB)" for column in ("flow", "state", "begun_at", "entered_at", "expires_at")]
    + ["begun_at = x'ff'", "sealed = hex(sealed)", "sealed = 5"],
)
def test_what_sqlite_lets_stand_in_a_column_of_another_type_is_never_accepted(
    make_stores: Any, tmp_path: Path, kept: SimpleNamespace, forged: str
) -> None:
    stores = make_stores(SecretStr(f"sqlite:///{tmp_path}/store.db"))
    upgrade(stores.database)
    store = stores.store()
    store.create(kept.snapshot(expires_at=kept.NOON + timedelta(hours=1)))
    stores.sql(f"UPDATE esozflow_instances SET {forged}")
    with pytest.raises(SealBroken):
        store.load("one")
    assert reseal(stores.database, Keys([new_key(), kept.KEY])).unopened == ("one",)


def test_bytes_that_read_like_a_text_are_not_taken_for_it(
    make_stores: Any, tmp_path: Path, kept: SimpleNamespace
) -> None:
    stores = make_stores(SecretStr(f"sqlite:///{tmp_path}/store.db"))
    upgrade(stores.database)
    stores.store().create(kept.snapshot("beef"))
    stores.sql("UPDATE esozflow_instances SET id = x'beef'")
    assert reseal(stores.database, Keys([new_key(), kept.KEY])).unopened == (r"b'\xbe\xef'",)


def test_a_row_that_the_first_version_sealed_opens_in_every_database(stores: Any, kept: SimpleNamespace) -> None:
    """Whoever changes what a seal is made of or bound to strands everybody who waits: sealed_v1.json never changes."""
    row = json.loads(Path(__file__).with_name("sealed_v1.json").read_text("utf-8"))
    moments = {name: datetime.fromisoformat(f"{row[name]}+00:00") for name in ("begun_at", "entered_at")}
    sealed = base64.b64decode(row["sealed"])
    columns = {**row, **moments, "ended": bool(row["ended"]), "sealed": sealed}
    stores.database.write(lambda connection: connection.execute(insert(instances).values(columns)))
    key = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    store = stores.store(keys=Keys([SecretStr(f"esozkey1_{key}")]))
    assert store.load("one") == kept.snapshot()


def test_a_snapshot_that_was_sealed_for_something_else_is_not_accepted(stores: Any, kept: SimpleNamespace) -> None:
    from esozflow.adapters.stores.sql.store import owner_of

    store, codec = stores.store(), SnapshotCodec(kept.FLOWS["auth_ui"], SignUp)
    store.create(kept.snapshot())
    [row] = stores.sql("SELECT id FROM esozflow_instances")
    owner = stores.database.read(lambda connection: owner_of(connection.execute(all_instances()).one()[:-1]))
    for purpose, accepted in (("cookie", False), ("context", True)):
        sealed = kept.KEYS.seal(codec.dump(kept.snapshot()), purpose=purpose, of=owner)
        stores.sql("UPDATE esozflow_instances SET sealed = :sealed", sealed=sealed)
        if accepted:
            assert store.load(row.id) == kept.snapshot()
            continue
        with pytest.raises(SealBroken):
            store.load(row.id)


def all_instances() -> Any:
    from sqlalchemy import select

    from esozflow.adapters.stores.sql.tables import kept

    return select(*kept)


def test_what_another_key_sealed_is_told_by_that(stores: Any, kept: SimpleNamespace) -> None:
    stores.store(keys=Keys([new_key()])).create(kept.snapshot())
    with pytest.raises(SealBroken) as caught:
        stores.store().load("one")
    assert caught.value.code == "unknown_key"
    assert stores.store().journal("one") == ()


def test_the_sign_ups_of_both_parties_may_share_a_database_and_are_not_mixed_up(
    stores: Any, kept: SimpleNamespace
) -> None:
    at_pis = kept.snapshot("of the pis", flow="pis", state="sign")
    stores.store("pis").create(at_pis)
    stores.store("auth_ui").create(kept.snapshot("of the auth ui"))
    assert stores.store("pis").load("of the pis") == at_pis
    with pytest.raises(ForeignSnapshot):
        stores.store("auth_ui").load("of the pis")
    with pytest.raises(Conflict):
        stores.store("auth_ui").create(kept.snapshot("of the pis"))
    assert [move.event for move in journal_of(stores.database, "of the pis")] == []


def test_a_snapshot_of_another_flow_is_not_stored(stores: Any, kept: SimpleNamespace) -> None:
    with pytest.raises(ForeignSnapshot):
        stores.store("pis").create(kept.snapshot())
    assert stores.sql("SELECT * FROM esozflow_instances") == []


def test_a_move_that_cannot_be_appended_leaves_the_snapshot_alone(stores: Any, kept: SimpleNamespace) -> None:
    store, first = stores.store(), kept.snapshot()
    store.create(first)
    second = kept.next_of(first, state="register")
    stores.sql(
        "INSERT INTO esozflow_moves VALUES ('one', 1, 'Planted', 'a', 'b', '4.4', 'auth_ui', '2026-01-31 12:00:00.0')"
    )
    with pytest.raises(Exception, match="store_failed"):
        store.commit(second, kept.move(second))
    assert store.load("one") == first


def test_every_moment_is_kept_to_the_microsecond_whatever_the_zone(stores: Any, kept: SimpleNamespace) -> None:
    kyiv = kept.NOON.astimezone(ZoneInfo("Europe/Kyiv"))
    store, first = stores.store(), kept.snapshot(begun_at=kyiv, entered_at=kyiv, expires_at=kyiv + timedelta(days=9999))
    store.create(first)
    second = kept.next_of(first)
    store.commit(second, kept.move(second))
    assert store.load("one") == second
    assert store.journal("one") == (kept.move(second),)


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "Asia/Kathmandu", "America/St_Johns", "UTC"])
@pytest.mark.parametrize("fold", [0, 1])
def test_a_moment_stays_the_same_moment_whatever_the_clock_on_the_wall_said(
    stores: Any, kept: SimpleNamespace, zone: str, fold: int
) -> None:
    store = stores.store()
    for number, time in enumerate(
        (datetime(2026, 3, 29, 3, 30), datetime(2026, 10, 25, 3, 30), datetime(2038, 1, 19, 4), datetime(9, 1, 1, 20))
    ):
        moment = time.replace(tzinfo=ZoneInfo(zone), fold=fold)
        store.create(kept.snapshot(str(number), begun_at=moment, entered_at=moment, expires_at=moment))
        loaded = store.load(str(number))
        for found in (loaded.begun_at, loaded.entered_at, loaded.expires_at):
            assert found.tzinfo is UTC
            assert found == moment.astimezone(UTC)


class Broken(tzinfo):
    def utcoffset(self, moment: datetime | None) -> timedelta:
        raise KeyError("canary-7f3a")


NO_MOMENTS: list[Any] = [
    datetime(2026, 1, 31, 12),
    "2026-01-31T12:00:00Z",
    date(2026, 1, 31),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
    datetime(2026, 1, 31, 12, tzinfo=Broken()),
    datetime(2026, 1, 31, 12, tzinfo=tzinfo()),
]


@pytest.mark.parametrize("moment", [*NO_MOMENTS, None], ids=lambda one: repr(one).partition(" object")[0])
def test_a_moment_of_no_zone_or_without_a_name_in_utc_is_refused_before_anything_is_stored(
    stores: Any, kept: SimpleNamespace, moment: Any
) -> None:
    store = stores.store()
    for name in ("begun_at", "entered_at", "expires_at")[: 3 if moment else 2]:
        with pytest.raises(UsageError) as caught:
            store.create(kept.snapshot(**{name: moment}))
        assert caught.value.code == "unstorable_moment"
        assert "canary" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert stores.sql("SELECT * FROM esozflow_instances") == []

    first = kept.snapshot()
    store.create(first)
    second = kept.next_of(first)
    with pytest.raises(UsageError) as caught:
        store.commit(second, kept.move(second)._replace(at=moment))
    assert caught.value.code == "unstorable_moment"
    assert (store.load("one"), store.journal("one")) == (first, ())


@pytest.mark.parametrize("moment", NO_MOMENTS, ids=lambda one: repr(one).partition(" object")[0])
def test_nothing_is_asked_of_the_store_as_of_no_moment(stores: Any, kept: SimpleNamespace, moment: Any) -> None:
    store = stores.store()
    store.create(kept.snapshot(state="expired"))
    for ask in (
        lambda: store.due(moment),
        lambda: purge(stores.database, moment),
        lambda: list(listed(stores.database, entered_before=moment)),
    ):
        with pytest.raises(UsageError) as caught:
            ask()
        assert caught.value.code == "unstorable_moment"
    assert [one.id for one in listed(stores.database)] == ["one"]


@pytest.mark.parametrize(
    "change", [{"revision": "3"}, {"revision": 3.0}, {"revision": True}, {"version": True}], ids=str
)
def test_a_number_that_would_come_back_as_another_is_refused_before_anything_is_stored(
    stores: Any, kept: SimpleNamespace, change: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as caught:
        stores.store().create(kept.snapshot(**change))
    assert caught.value.code == "unstorable_snapshot"
    assert stores.sql("SELECT * FROM esozflow_instances") == []


@pytest.mark.parametrize("id", [7, b"one", None])
def test_what_is_no_text_is_the_id_of_no_instance(stores: Any, kept: SimpleNamespace, id: Any) -> None:
    store, first = stores.store(), kept.snapshot(id)
    with pytest.raises(UsageError) as caught:
        store.create(first)
    assert caught.value.code == "id_unusable"
    for use in (lambda: store.load(id), lambda: store.journal(id)):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.code == "wrong_type"
    with pytest.raises(UnknownInstance):
        store.commit(first, kept.move(first))


def test_the_first_and_the_last_moment_come_back_whatever_the_zone_of_the_session(
    new_database: NewDatabase, make_stores: Any, kept: SimpleNamespace
) -> None:
    url = new_database()
    if url.get_secret_value().startswith("postgresql"):
        url = SecretStr(f"{url.get_secret_value()}&options=-c%20timezone%3DAsia/Tokyo")
    stores = make_stores(url)
    upgrade(stores.database)
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    one = kept.snapshot(begun_at=first, entered_at=first, expires_at=last)
    stores.store().create(one)
    assert stores.store().load("one") == one
    assert [found.expires_at for found in listed(stores.database)] == [last]


SNAPSHOTS = st.builds(
    dict,
    id=st.text(max_size=255).filter(lambda id: "\x00" not in id),
    state=st.sampled_from(["confirm", "consent", "expired"]),
    revision=st.integers(min_value=0, max_value=2**63 - 1),
    begun_at=st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones(), allow_imaginary=False),
    entered_at=st.datetimes(timezones=st.just(UTC)),
    expires_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@settings(
    max_examples=5_000 if SOAK else 60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(frame=SNAPSHOTS)
def test_whatever_a_store_takes_it_gives_back(stores: Any, kept: SimpleNamespace, frame: dict[str, Any]) -> None:
    stores.sql("DELETE FROM esozflow_instances")
    one = kept.snapshot(**frame)
    stores.store().create(one)
    loaded = stores.store().load(one.id)
    assert loaded.begun_at == one.begun_at.astimezone(UTC)
    assert replace(loaded, begun_at=one.begun_at) == one


DUE_AT = timedelta(minutes=10)


def waiting(kept: SimpleNamespace) -> dict[str, Snapshot[SignUp]]:
    """Sign-ups of every sort, by their ids."""
    soon, late = kept.NOON + DUE_AT, kept.NOON + 2 * DUE_AT
    of = kept.snapshot
    made = [
        of("expired", expires_at=soon),
        of("open", expires_at=late),
        of("without an end", flow="auth_ui", state="validate_params"),
        of("ended", state="expired", expires_at=None),
        of("calling for long", state="register"),
        of("calling since now", state="register", entered_at=soon - timedelta(seconds=29)),
        of("calling until now", state="approve", entered_at=soon - timedelta(seconds=30)),
    ]
    return {one.id: one for one in made}


def test_what_waits_for_nobody_is_due_and_nothing_else(stores: Any, kept: SimpleNamespace) -> None:
    store = stores.store()
    for one in waiting(kept).values():
        store.create(one)
    stores.store("pis").create(kept.snapshot("at the pis", flow="pis", state="sign", expires_at=kept.NOON))
    assert set(store.due(kept.NOON + DUE_AT)) == {"expired", "calling for long", "calling until now"}
    assert store.due(kept.NOON + DUE_AT, limit=1) == [store.due(kept.NOON + DUE_AT)[0]]
    assert store.due(kept.NOON) == []
    assert stores.store("pis").due(kept.NOON) == ["at the pis"]


def test_a_store_shows_nothing_of_its_password_or_keys(make_stores: Any, kept: SimpleNamespace) -> None:
    database = make_stores(SecretStr("postgresql://esozflow:canary-pass@127.0.0.1:1/sign_ups")).database
    assert "canary" not in f"{database} {database!r} {vars(database)}"
    assert "127.0.0.1" in repr(database)
