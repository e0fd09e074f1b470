"""`esozflow auth-ui` and `esozflow pis`: one web part each, configured by the environment.

What only they need is imported when they run, so that the other commands start as fast as before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from ...flow import Engine, FlowError
from ...states.calls import ESOZ, VAULT
from ...states.flow import auth_ui as auth_ui_flow
from ...states.flow import pis as pis_flow
from ...states.signup import SignUp
from ..bulkhead import Bulkhead
from ..lifetime import print_line, serve_until_told_to_stop
from ..logs import log_moves
from .failing import fail
from .log_lines import log_as_json

if TYPE_CHECKING:
    from flask import Flask

    from ..serving.environment import AuthUiEnvironment, Environment, PisEnvironment

E = TypeVar("E", bound="Environment")

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one line of JSON when ready, and stop when standard input ends.")
]
Variables = Annotated[bool, typer.Option("--variables", help="Explain the environment variables and stop.")]

_AFTER_A_CALL: Final = 5.0
"""Seconds that a request takes at most besides its call to ЕСОЗ."""


def auth_ui(as_json: AsJson = False, variables: Variables = False) -> None:
    """Serve the Auth UI, 4.2 to 4.8. The environment configures it: see --variables."""
    from ..serving.environment import AuthUiEnvironment

    _run(AuthUiEnvironment, _auth_ui_app, "Auth UI", as_json=as_json, variables=variables)


def pis(as_json: AsJson = False, variables: Variables = False) -> None:
    """Serve the demonstration PIS, 4.1 and 4.9, on loopback. The environment configures it: see --variables."""
    from ..serving.environment import PisEnvironment

    _run(PisEnvironment, _pis_app, "PIS", as_json=as_json, variables=variables)


@contextmanager
def _auth_ui_app(environment: AuthUiEnvironment) -> Iterator[Flask]:
    from ..serving.keeping import kept, tended
    from ..ui.web import auth_ui_app

    flow = auth_ui_flow(environment.settings())
    with kept(environment, flow) as (store, tend):
        engine = Engine(flow, store=store, ports={ESOZ: _few_at_once(environment)}, observers=(log_moves(),))
        with tended(engine, tend, every=environment.resume_seconds):
            yield auth_ui_app(engine)


def _few_at_once(environment: Environment) -> Bulkhead:
    # While ЕСОЗ hangs, a quarter of the threads goes on showing pages.
    return Bulkhead(environment.gateway(), most=max(1, environment.threads * 3 // 4))


@contextmanager
def _pis_app(environment: PisEnvironment) -> Iterator[Flask]:
    from pydantic import SecretStr

    from ..demo.pis_site import Confidant, Visits, forgetting, pis_app
    from ..sandbox import Seed
    from ..serving.keeping import kept, tended
    from ..vault import MemoryVault

    invented, flow = Seed().confidant, pis_flow(environment.settings())
    esoz, vault, observers = _few_at_once(environment), MemoryVault(), (log_moves(),)
    with kept(environment, flow, after_the_end=None) as (store, tend):
        visits = Visits(forgetting(store, vault))

        def tend_visits_too(engine: Engine[SignUp], stopped: Callable[[], bool]) -> None:
            visits.end_idle()
            tend(engine, stopped)

        engine = Engine(flow, store=store, ports={ESOZ: esoz, VAULT: vault}, observers=observers)
        with tended(engine, tend_visits_too, every=environment.resume_seconds):
            yield pis_app(
                environment.client(),
                confidant=Confidant(
                    name=f"{invented.last_name} {invented.first_name} {invented.second_name}",
                    person_id=invented.person_id,
                    access_token=SecretStr(invented.access_token),
                ),
                esoz=esoz,
                signer=environment.signer(),
                settings=environment.settings(),
                store=store,
                vault=vault,
                visits=visits,
                observers=observers,
            )


def _run(
    kind: type[E], serving: Callable[[E], AbstractContextManager[Flask]], title: str, *, as_json: bool, variables: bool
) -> None:
    if variables:
        for name, told in kind.variables():
            typer.echo(f"{name}\n    {told}")
        return
    try:
        environment = kind.read()
        log_as_json(sys.stderr)
        with serving(environment) as app:
            _serve(environment, app, title, as_json=as_json)
    except FlowError as error:
        fail(error)


def _serve(environment: Environment, app: Flask, title: str, *, as_json: bool) -> None:
    from ..serving.server import served

    port = environment.port
    serving = served(
        app,
        host=environment.host,
        port=port if port is not None else (0 if as_json else environment.default_port),
        threads=environment.threads,
        grace=environment.settings().call_deadline + _AFTER_A_CALL,
    )

    def announce(line: str) -> None:
        print_line(f"{title}  {json.loads(line)['base_url']}   (Ctrl-C stops it)")

    serve_until_told_to_stop(serving, watch_stdin=as_json, announce=None if as_json else announce)
