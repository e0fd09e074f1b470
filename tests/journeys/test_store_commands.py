"""The commands for the store, as an operator runs them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import Result
from pydantic import SecretStr
from typer.testing import CliRunner

from esozflow.adapters.cli.app import app
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.sealing import Keys, SealBroken
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.sql import Database, SqlStore
from esozflow.flow import UnknownInstance
from esozflow.states import Decline, SignUp, auth_ui


class Operator:
    """A person at a shell, whose environment names the store and the keys."""

    def __init__(self, folder: Path, url: SecretStr) -> None:
        self.url = url
        self.environment = {"ESOZFLOW_STORE": url.get_secret_value(), "ESOZFLOW_KEYS_FILE": str(folder / "keys")}
        self.keys_file = folder / "keys"

    def run(self, *arguments: str, **environment: str) -> Result:
        done = CliRunner().invoke(app, arguments, env={**self.environment, **environment})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def said(self, *arguments: str) -> list[str]:
        done = self.run(*arguments)
        assert done.exit_code == 0, done.stderr
        return done.stdout.splitlines()

    def refused(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.exit_code == 2, done.stdout
        return " ".join(done.stderr.replace("│", " ").split())


@pytest.fixture
def operator(tmp_path: Path, new_database: Any) -> Operator:
    return Operator(tmp_path, new_database())


@pytest.fixture
def ready(operator: Operator) -> Operator:
    """A store that is made and has a key."""
    operator.said("keys", "new", "--file", str(operator.keys_file))
    operator.said("store", "upgrade")
    return operator


def store(operator: Operator, database: Database) -> SqlStore[SignUp]:
    return SqlStore(database, codec=SnapshotCodec(auth_ui(), SignUp), keys=Keys.from_file(operator.keys_file))


def declined(given: SimpleNamespace, kept: SqlStore[SignUp], ago: timedelta) -> str:
    clock = given.HandClock()
    clock.forward(-ago)
    engine = given.engine(auth_ui(), SandboxGateway(given.new_esoz()), store=kept, clock=clock)
    signup = engine.send(given.at_confirm(engine), Decline())
    assert signup.state == "declined"
    return str(signup.id)


def test_a_sign_up_is_listed_told_and_purged(ready: Operator, given: SimpleNamespace) -> None:
    with Database(ready.url) as database:
        kept = store(ready, database)
        old, young = declined(given, kept, timedelta(days=31)), declined(given, kept, timedelta(days=29))
        waiting = given.at_confirm(given.engine(auth_ui(), SandboxGateway(given.new_esoz()), store=kept)).id

        assert {line.split()[0] for line in ready.said("list")} == {old, young, waiting}
        assert [line.split()[:3] for line in ready.said("list", "--state", "confirm")] == [
            [waiting, "confidant_sign_up.auth_ui", "confirm"]
        ]
        assert {line.split()[0] for line in ready.said("list", "--ended")} == {old, young}
        assert {line.split()[0] for line in ready.said("list", "--open", "--flow", auth_ui().name)} == {waiting}
        assert ready.said("list", "--flow", "confidant_sign_up.pis") == []
        assert [line.split()[0] for line in ready.said("list", "--older-than", "30d")] == [old]
        [listed] = [json.loads(line) for line in ready.said("list", "--older-than", "30d", "--json")]
        assert (listed["id"], listed["state"], listed["ended"], listed["revision"]) == (old, "declined", True, 3)

        told = ready.said("history", old)
        assert [line.partition("  ")[2] for line in told] == [
            "4.2 auth_ui   validate_params → init_validation  on Opened",
            "4.3 auth_ui   init_validation → confirm  on Answered",
            "4.4 auth_ui   confirm → declined  on Decline",
        ]
        assert told[0].startswith((datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%d "))
        moves = [json.loads(line) for line in ready.said("history", old, "--json")]
        assert [move["revision"] for move in moves] == [1, 2, 3]
        assert set(moves[0]) == {"revision", "event", "from_state", "to_state", "section", "actor", "at"}

        assert ready.said("purge") == ["1 deleted"]
        assert ready.said("purge", "--older-than", "100000d") == ["0 deleted"]
        assert ready.said("purge", "--older-than", "1h") == ["1 deleted"]
        with pytest.raises(UnknownInstance):
            kept.load(young)
        assert kept.load(waiting).state == "confirm"
    assert "no instance of this id" in ready.refused("history", old)


def test_a_key_is_replaced_while_sign_ups_wait(ready: Operator, given: SimpleNamespace) -> None:
    with Database(ready.url) as database:
        kept = store(ready, database)
        engine = given.engine(auth_ui(), SandboxGateway(given.new_esoz()), store=kept)
        id = given.at_confirm(engine).id
        [old] = Keys.from_file(ready.keys_file).ids

        said = ready.said("keys", "new", "--file", str(ready.keys_file))
        old_line, new_line = ready.keys_file.read_text().splitlines()
        ready.keys_file.write_text(f"{new_line}\n{old_line}\n")
        new = Keys.from_file(ready.keys_file).ids[0]
        assert said == [f"{ready.keys_file}: key {new} opens; the first line seals"]
        assert sorted(ready.said("store", "reseal")) == sorted(
            [f"1 re-sealed with key {new}", f"key {new} seals 1", f"key {old} seals 0"]
        )
        ready.keys_file.write_text(f"{new_line}\n")
        assert store(ready, database).load(id).state == "confirm"
        with pytest.raises(SealBroken):
            kept.load(id)

        ready.keys_file.write_text(f"{old_line}\n")
        done = ready.run("store", "reseal")
        assert done.exit_code == 1
        assert done.stderr == f"not opened by any given key: {id}\n"
        assert f"key {new} seals 1 and is not given" in done.stdout


def test_a_file_of_keys_belongs_to_its_owner_alone(operator: Operator) -> None:
    for count in (1, 2):
        operator.said("keys", "new", "--file", str(operator.keys_file))
        assert operator.keys_file.stat().st_mode & 0o777 == 0o600
        assert len(Keys.from_file(operator.keys_file).ids) == count


def test_a_key_that_is_printed_is_a_key(operator: Operator) -> None:
    [key] = operator.said("keys", "new")
    assert len(Keys.read(SecretStr(key)).ids) == 1
    assert not operator.keys_file.exists()


def test_what_cannot_be_done_is_told_without_a_traceback(operator: Operator, tmp_path: Path) -> None:
    for command in (("list",), ("purge",), ("history", "one"), ("store", "reseal")):
        assert "esozflow store upgrade" in operator.refused(*command)
    operator.said("store", "upgrade")
    assert "no instance of this id" in operator.refused("history", "one")
    assert "keys cannot be read" in operator.refused("store", "reseal")
    assert "no key to seal" in operator.refused("store", "reseal", ESOZFLOW_KEYS_FILE="")
    assert "cannot be written" in operator.refused("keys", "new", "--file", str(tmp_path / "no" / "keys"))
    (tmp_path / "text").write_text("no keys\n")
    assert "is no key" in operator.refused("keys", "new", "--file", str(tmp_path / "text"))
    for span in ("30", "d", "-1d", "1.5d", "30 d", "1w", "9999999d"):
        assert "for example 30d" in operator.refused("purge", f"--older-than={span}")


def test_a_password_in_the_address_of_the_store_is_never_repeated(operator: Operator) -> None:
    for url in ("mysql://a:canary-pass@host/name", "postgresql://a:canary-pass@127.0.0.1:1/name", "canary-pass"):
        for command in (("list",), ("store", "upgrade")):
            told = operator.refused(*command, ESOZFLOW_STORE=url)
            assert "canary" not in told
            assert "place for a store" in told or "cannot be reached" in told


def test_without_the_name_of_a_store_nothing_is_guessed(operator: Operator) -> None:
    assert "--store" in operator.refused("list", ESOZFLOW_STORE="")
