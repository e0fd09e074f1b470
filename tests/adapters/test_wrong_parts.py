"""What an adapter is built of is looked at when it is built, and not when a patient waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.adapters.http import HttpGateway
from esozflow.adapters.sealing import Keys, new_key
from esozflow.adapters.signing import CertificateSigner
from esozflow.adapters.stores.codec import SnapshotCodec
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.stores.sql import Database, SqlStore, resume_due, upgrade
from esozflow.adapters.ui.web import auth_ui_app, auth_ui_pages
from esozflow.adapters.vault import CallbackVault
from esozflow.flow import Engine, UsageError
from esozflow.states import CallbackReceived, Opened, SignUp, auth_ui, pis, sign_up

CANARY = "canary-7f3a"


def gateway(**given: Any) -> HttpGateway:
    return HttpGateway(**{"auth_base_url": "https://auth.example", "api_base_url": "https://api.example", **given})


def wrong(given: Any) -> Any:
    return given


FLOW: Any = auth_ui()
WRONG: dict[str, tuple[Callable[[Any], object], str]] = {
    "a secret in clear": (
        lambda _: gateway(client_secret=CANARY),
        "client_secret must be of type SecretStr or None, not str",
    ),
    "no address": (lambda _: gateway(auth_base_url=None), "auth_base_url must be of type str, not NoneType"),
    "a secret address": (
        lambda _: gateway(api_base_url=SecretStr(CANARY)),
        "api_base_url must be of type str, not SecretStr",
    ),
    "one proxy": (lambda _: gateway(proxies=CANARY), "proxies must be of type Mapping, not str"),
    "a secret proxy": (lambda _: gateway(proxies={"https": SecretStr(CANARY)}), "must be of type str, not SecretStr"),
    "a size as text": (lambda _: gateway(largest_body="1"), "largest_body must be of type int, not str"),
    "a time as text": (lambda _: gateway(connect_timeout="1"), "connect_timeout must be of type int or float, not str"),
    "no vault": (lambda _: CallbackVault(wrong(None)), "save must be an object with __call__, not NoneType"),
    "no identity": (lambda _: CertificateSigner(wrong(CANARY)), "identity must be of type SigningIdentity, not str"),
    "one key": (lambda _: Keys(wrong(CANARY)), "keys must be of type list or tuple, not str"),
    "a key in clear": (lambda _: Keys([wrong(CANARY)]), "key 1 must be of type SecretStr, not str"),
    "a url in clear": (lambda _: Database(wrong(f"sqlite:///{CANARY}")), "url must be of type SecretStr, not str"),
    "no database": (
        lambda store: SqlStore(wrong(CANARY), codec=store.codec, keys=store.keys),
        "database must be of type Database",
    ),
    "no codec": (
        lambda store: SqlStore(store.database, codec=wrong(SnapshotCodec), keys=store.keys),
        "not the class SnapshotCodec",
    ),
    "no keys": (
        lambda store: SqlStore(store.database, codec=store.codec, keys=wrong(None)),
        "keys must be of type Keys, not NoneType",
    ),
    "no flow to read": (lambda _: SnapshotCodec(wrong(auth_ui), SignUp), "flow must be of type Flow, not function"),
    "no engine to show": (lambda _: auth_ui_pages(FLOW), "engine must be of type Engine, not Flow"),
    "no engine for an app": (lambda _: auth_ui_app(FLOW), "engine must be of type Engine, not Flow"),
    "no engine to resume": (
        lambda _: resume_due(FLOW, FLOW, datetime.now(UTC)),
        "engine must be of type Engine, not Flow",
    ),
    "a store that cannot tell": (
        lambda store: resume_due(store.engine, wrong(MemoryStore()), datetime.now(UTC)),
        "store must be of type SqlStore, not MemoryStore",
    ),
    "no id": (lambda store: store.engine.load(wrong(5)), "id must be of type str, not int"),
    "settings of a dict": (
        lambda _: auth_ui(wrong({"ask_otp": True})),
        "settings must be of type Settings or None, not dict",
    ),
    "settings of the PIS": (lambda _: pis(wrong(5)), "settings must be of type Settings or None, not int"),
    "settings of all": (lambda _: sign_up(wrong(5)), "settings must be of type Settings or None, not int"),
    "a query of bytes": (lambda _: Opened.from_query(wrong(CANARY.encode())), "query must be of type str, not bytes"),
    "no query": (lambda _: CallbackReceived.from_query(wrong(None)), "query must be of type str, not NoneType"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SimpleNamespace]:
    codec, keys = SnapshotCodec(auth_ui(), SignUp), Keys([new_key()])
    with Database(SecretStr(f"sqlite:///{tmp_path}/store.db")) as database:
        upgrade(database)
        engine = Engine(auth_ui(), store=SqlStore(database, codec=codec, keys=keys), ports={"esoz": gateway()})
        yield SimpleNamespace(database=database, codec=codec, keys=keys, engine=engine)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_of_a_wrong_type_is_refused_at_once_and_not_repeated(store: SimpleNamespace, name: str) -> None:
    build, told = WRONG[name]
    with pytest.raises(UsageError) as caught:
        build(store)
    assert caught.value.code == "wrong_type"
    assert told in caught.value.args[0]
    assert CANARY not in f"{caught.value!r} {caught.value} {caught.value.hint}"


def test_an_engine_over_the_store_of_another_flow_is_not_built(store: SimpleNamespace) -> None:
    kept = SqlStore(store.database, codec=store.codec, keys=store.keys)
    with pytest.raises(UsageError) as caught:
        Engine(pis(), store=kept, ports={"esoz": gateway(), "vault": CallbackVault(print)})
    assert caught.value.code == "foreign_store"
    assert caught.value.args[0] == (
        "The store keeps confidant_sign_up.auth_ui v1, and the engine runs confidant_sign_up.pis v1"
    )
