"""The schema is made and upgraded from inside the package, and a store refuses to work on another one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr

from esozflow.adapters.stores.sql import Database, upgrade
from esozflow.adapters.stores.sql.tables import metadata
from esozflow.flow import StoreFailed, UsageError

from ...databases import NewDatabase


def refusal(stores: Any) -> str:
    with pytest.raises(UsageError) as caught:
        stores.store()
    return caught.value.code


def test_a_database_without_tables_is_refused_and_says_what_to_run(
    make_stores: Callable[[SecretStr], Any], new_database: NewDatabase
) -> None:
    stores = make_stores(new_database())
    with pytest.raises(UsageError, match="esozflow store upgrade") as caught:
        stores.store()
    assert caught.value.code == "schema_outdated"


def test_asking_for_a_file_that_is_not_there_does_not_make_it(
    make_stores: Callable[[SecretStr], Any], tmp_path: Path
) -> None:
    assert refusal(make_stores(SecretStr(f"sqlite:///{tmp_path}/none.db"))) == "schema_outdated"
    assert list(tmp_path.iterdir()) == []


def test_upgrading_makes_the_tables_that_the_store_works_with_and_nothing_else(stores: Any) -> None:
    def differences(connection: Any) -> Any:
        options = {"compare_type": True, "include_name": lambda name, kind, _: name != "esozflow_schema"}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert stores.database.write(differences) == []


def test_upgrading_again_keeps_what_is_stored(stores: Any, kept: SimpleNamespace) -> None:
    stores.store().create(kept.snapshot())
    upgrade(stores.database)
    assert stores.store().load("one") == kept.snapshot()


def test_a_schema_that_a_later_version_made_is_neither_used_nor_touched(stores: Any) -> None:
    stores.sql("UPDATE esozflow_schema SET version_num = '9999'")
    assert refusal(stores) == "schema_unknown"
    with pytest.raises(UsageError, match="9999") as caught:
        upgrade(stores.database)
    assert caught.value.code == "schema_unknown"
    assert [row.version_num for row in stores.sql("SELECT version_num FROM esozflow_schema")] == ["9999"]


def test_a_schema_of_an_earlier_version_is_refused(stores: Any) -> None:
    stores.sql("DELETE FROM esozflow_schema")
    assert refusal(stores) == "schema_outdated"


def test_the_alembic_of_the_host_is_left_alone(
    make_stores: Callable[[SecretStr], Any], new_database: NewDatabase
) -> None:
    stores = make_stores(new_database())
    if stores.database.file:
        stores.database.file.touch()
    stores.sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    stores.sql("INSERT INTO alembic_version VALUES ('of the host')")
    upgrade(stores.database)
    stores.store()
    assert [row.version_num for row in stores.sql("SELECT version_num FROM alembic_version")] == ["of the host"]


def test_many_who_upgrade_at_once_do_no_harm(
    make_stores: Callable[[SecretStr], Any], new_database: NewDatabase, kept: SimpleNamespace
) -> None:
    stores = make_stores(new_database())
    start, failures = threading.Barrier(5), list[Exception]()

    def go(database: Database) -> None:
        start.wait()
        try:
            upgrade(database)
        except (UsageError, StoreFailed) as error:
            failures.append(error)

    threads = [threading.Thread(target=go, args=(stores.open(wait=30),)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    stores.store().create(kept.snapshot())


def test_an_upgrade_that_fails_leaves_nothing_half_made(
    make_stores: Callable[[SecretStr], Any], new_database: NewDatabase
) -> None:
    stores = make_stores(new_database())
    if stores.database.file:
        stores.database.file.touch()
    stores.sql("CREATE TABLE esozflow_moves (in_the_way INTEGER)")
    with pytest.raises(StoreFailed):
        upgrade(stores.database)
    with pytest.raises(StoreFailed):
        stores.sql("SELECT * FROM esozflow_instances")
    assert refusal(stores) == "schema_outdated"


def test_a_file_is_readable_by_its_owner_only_and_lets_readers_and_a_writer_work_side_by_side(
    make_stores: Callable[[SecretStr], Any], tmp_path: Path, kept: SimpleNamespace
) -> None:
    stores = make_stores(SecretStr(f"sqlite:///{tmp_path}/one.db"))
    upgrade(stores.database)
    stores.store().create(kept.snapshot())
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    assert stores.sql("SELECT 1") == [(1,)]
    [mode] = stores.database.read(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalars().all())
    assert mode == "wal"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "one.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://user:canary-pass@host/name",
        "postgresql+psycopg2://user:canary-pass@host/name",
        "postgresql://user:canary-pass@host:port/name",
        "canary-pass",
        "\x00://canary-pass",
    ],
)
def test_what_is_no_place_for_a_store_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Database(SecretStr(url))
    assert caught.value.code == "store_url"
    assert "canary" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


@pytest.mark.parametrize("where", ["missing/one.db", "file/one.db"])
def test_a_file_that_cannot_be_made_is_told_with_its_folder(where: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Database(SecretStr(f"sqlite:///{tmp_path}/{where}")) as database, pytest.raises(UsageError) as caught:
        upgrade(database)
    assert caught.value.code == "store_url"
    assert str((tmp_path / where).parent) in caught.value.hint


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_both_ways_to_name_postgresql_lead_to_the_same_driver(scheme: str) -> None:
    assert "postgresql+psycopg://" in repr(Database(SecretStr(f"{scheme}://one@127.0.0.1:1/sign_ups")))
