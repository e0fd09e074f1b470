"""The Auth UI in this process, for tests of the PIS: a browser is taken there and simply goes on."""

from __future__ import annotations

from collections.abc import Mapping

from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import Engine, Event, Port
from esozflow.states import Accept, Confirm, Name, Opened, Settings, SignUp, auth_ui

SETTINGS = Settings()
GOES_ON: Mapping[str, Event] = {Name.CONFIRM: Confirm(), Name.CONSENT: Accept()}


def brought_back(
    esoz: Port, url: str, *, acts: Mapping[str, Event] = GOES_ON, settings: Settings = SETTINGS
) -> str | None:
    """Open the URL of 4.1, do on each page as `acts` says, and give the URL of 4.8, if it came to that."""
    engine = Engine(auth_ui(settings), store=MemoryStore[SignUp](), ports={"esoz": esoz})
    snapshot = engine.send(engine.begin(), Opened.from_query(url.partition("?")[2]))
    while snapshot.state in acts:
        snapshot = engine.send(snapshot, acts[snapshot.state])
    page = engine.page(snapshot)
    return page.leads_to.get_secret_value() if page and page.leads_to else None
