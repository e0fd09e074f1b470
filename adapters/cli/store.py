"""Commands for the store of sign-ups. None of them shows or needs anything secret, but for re-sealing."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from pydantic import SecretStr

from ...flow import FlowError, Move, UnknownInstance, UsageError
from ..sealing import Keys, new_key
from .failing import fail

if TYPE_CHECKING:
    from ..stores.sql import Database, Listed

store = typer.Typer(no_args_is_help=True, help="Prepare the database in which sign-ups are kept.")
keys = typer.Typer(no_args_is_help=True, help="Make the keys under which sign-ups are sealed.")

_BETWEEN_BATCHES: Final = 0.02
"""Seconds of rest after each batch, so that live traffic is never queued behind upkeep."""
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _span(given: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", given)
    if found is None:
        raise typer.BadParameter("write a number and s, m, h or d, for example 30d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


_STORE = typer.Option(
    "--store",
    envvar="ESOZFLOW_STORE",
    help="sqlite:///file or postgresql://user@host/name. A password belongs into the environment variable.",
    show_default=False,
)
Url = Annotated[str, _STORE]
OptionalUrl = Annotated[str | None, _STORE]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


@contextmanager
def opened(url: str, *, current: bool = True) -> Iterator[Database]:
    """Open the database for one command, which fails with a plain error when that cannot be done."""
    # Imported where it is used: the other commands need no database.
    from ..stores.sql import Database, check

    try:
        with Database(SecretStr(url)) as database:
            if current:
                check(database)
            yield database
    except FlowError as error:
        fail(error)


def journal_in(url: str, id: str) -> Sequence[Move]:
    """Give the journal of a sign-up for one command, which fails where there is none and says how to find one."""
    from ..stores.sql import journal_of

    with opened(url) as database:
        try:
            return journal_of(database, id)
        except UnknownInstance as unknown:
            hint = "`esozflow list` shows those that there are; one that was purged is gone."
            raise UsageError(unknown.args[0], hint=hint, code=unknown.code) from None


@store.command()
def upgrade(url: Url) -> None:
    """Make the tables, or bring them up to the version of this program."""
    from ..stores.sql import upgrade as upgrade_schema

    with opened(url, current=False) as database:
        upgrade_schema(database)
    typer.echo("The store is up to date.")


@store.command()
def reseal(url: Url) -> None:
    """Seal every sign-up with the first key of ESOZFLOW_KEYS or ESOZFLOW_KEYS_FILE, and say which keys are in use."""
    from ..stores.sql import keys_in_use
    from ..stores.sql import reseal as reseal_all

    with opened(url) as database:
        given = Keys.from_environment()
        done = reseal_all(database, given, between=_rest)
        in_use = keys_in_use(database)
    typer.echo(f"{done.count} re-sealed with key {given.ids[0]}")
    for key in sorted({*in_use, *given.ids}):
        typer.echo(f"key {key} seals {in_use.get(key, 0)}{'' if key in given.ids else ' and is not given'}")
    if done.unopened:
        typer.echo(f"not opened by any given key: {', '.join(done.unopened)}", err=True)
        raise typer.Exit(1)


@keys.command()
def new(
    file: Annotated[
        Path | None, typer.Option(help="Append the key to this file, which only its owner can read.", dir_okay=False)
    ] = None,
) -> None:
    """Make a key. The first key of the list seals; every key of it opens."""
    key = new_key().get_secret_value()
    if file is None:
        typer.echo(key)
        return
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w") as listed:
            listed.write(f"{key}\n")
        given = Keys.from_file(file)
    except OSError as error:
        fail(UsageError(f"The key cannot be written: {error.strerror}", hint="Give --file a place of your own."))
    except FlowError as error:
        fail(error)
    typer.echo(f"{file}: key {given.ids[-1]} {'seals' if len(given.ids) == 1 else 'opens; the first line seals'}")


def purge(
    url: Url,
    older_than: Annotated[
        timedelta, typer.Option(parser=_span, metavar="SPAN", help="How long ago they ended or expired.")
    ] = "30d",  # type: ignore[assignment]  # typer parses the default too, and shows it
) -> None:
    """Delete sign-ups that ended or expired long ago, with their journals, in batches beside live traffic."""
    from ..stores.sql import purge as purge_all

    with opened(url) as database:
        count = purge_all(database, datetime.now(UTC) - older_than, between=_rest)
    typer.echo(f"{count} deleted")


def history(
    id: Annotated[str, typer.Argument(help="The id of a sign-up.", show_default=False)],
    url: Url,
    as_json: AsJson = False,
) -> None:
    """Show what happened to a sign-up, move by move."""
    for move in journal_in(url, id):
        if as_json:
            typer.echo(_json(move))
            continue
        where = f"{move.section} {move.actor}"
        typer.echo(f"{_time(move.at)}  {where:<12}  {move.from_state} → {move.to_state}  on {move.event}")


def list_(
    url: Url,
    state: Annotated[str | None, typer.Option(help="Only those in this state.", show_default=False)] = None,
    flow: Annotated[str | None, typer.Option(help="Only those of this flow.", show_default=False)] = None,
    older_than: Annotated[
        timedelta | None,
        typer.Option(parser=_span, metavar="SPAN", help="Only those that are in their state for longer."),
    ] = None,
    ended: Annotated[
        bool | None, typer.Option("--ended/--open", help="Only those that have ended, or have not.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List sign-ups: where they stand and since when, nothing about anybody."""
    from ..stores.sql import listed

    before = None if older_than is None else datetime.now(UTC) - older_than
    with opened(url) as database:
        for one in listed(database, flow=flow, state=state, ended=ended, entered_before=before):
            ends = f"until {_time(one.expires_at)}" if one.expires_at else "ended" if one.ended else "without an end"
            line = f"{one.id}  {one.flow}  {one.state}  since {_time(one.entered_at)}  {ends}"
            typer.echo(_json(one) if as_json else line)


def _rest() -> None:
    time.sleep(_BETWEEN_BATCHES)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _json(record: Move | Listed) -> str:
    return json.dumps(record._asdict(), default=lambda moment: moment.isoformat(), ensure_ascii=False)
