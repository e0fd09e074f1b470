"""No secret and no personal datum comes out: not in a log, a traceback, a repr, a journal or a URL."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
import requests
import structlog
from pydantic import SecretStr

from esozflow.adapters.logs import log_moves
from esozflow.adapters.sandbox import Fault
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import FlowError, InvalidInput
from esozflow.states import Accept, CallbackReceived, Confirm, RegistrationRequest, SignUp, sign_up


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says, at DEBUG."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    yield out
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


# Fields of the request whose values are words of a dictionary or ids: they say nothing about anybody.
CODES = {"type", "gender", "country", "settlement_type", "street_type", "preferred_way_communication", "relation_type"}
CODES |= {"person_id", "value", "settlement_id"}


def personal(part: Any, name: str = "") -> Iterator[str]:
    """Every value of a request that is about a person and long enough not to be found by chance."""
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from personal(inner, key)
    elif isinstance(part, list):
        for inner in part:
            yield from personal(inner, name)
    elif isinstance(part, str) and name not in CODES and len(part) >= (8 if part.isdigit() else 4):
        yield part


class Canaries:
    """All that must not come out, gathered from the sign-up as it goes."""

    def __init__(self, given: SimpleNamespace) -> None:
        confidant = given.SEED.confidant
        self.values = {*personal(given.REQUEST), given.SEED.pis.secret, confidant.access_token, confidant.tax_id}
        self.values |= {confidant.first_name, confidant.last_name, confidant.second_name}

    def learn(self, context: SignUp) -> None:
        for name in ("user_data", "jwt", "session_token", "code", "content", "oauth_state", "redirect_url"):
            if secret := getattr(context, name):
                self.values.add(secret.get_secret_value())
        if context.tokens:
            self.values |= {
                context.tokens.access_token.get_secret_value(),
                context.tokens.refresh_token.get_secret_value(),
            }

    def in_(self, text: str) -> list[str]:
        # As it is, as JSON escapes it, and as a URL does.
        forms = (str, lambda value: json.dumps(value)[1:-1], lambda value: quote(value, safe=""))
        return [value[:6] for value in self.values if any(form(value) in text for form in forms)]


def walk(given: SimpleNamespace, url: str, canaries: Canaries, said: io.StringIO, faults: bool) -> None:
    store = MemoryStore[SignUp]()
    one = given.engine(sign_up(), given.gateway(url), store=store, observers=(log_moves(),))
    id = given.whole_at_confirm(one).id
    acts: list[Callable[[], Any]] = [Confirm, Accept, lambda: callback(one, id)]
    for act in acts:
        snapshot = store.load(id)
        canaries.learn(snapshot.context)
        said.write(f"{snapshot!r} {snapshot} {snapshot.context!r} {one.page(snapshot)!r} {one.flow.call(snapshot)!r}\n")
        try:
            event = act()
            said.write(f"{event!r} {event}\n")
            one.send(snapshot, event)
        except (FlowError, AttributeError):
            assert faults
            said.write(traceback.format_exc())
    said.write(repr(store.journal(id)))
    canaries.learn(store.load(id).context)


def callback(one: Any, id: str) -> CallbackReceived:
    snapshot = one.load(id)
    query = one.page(snapshot).leads_to.get_secret_value().partition("?")[2]
    state = snapshot.context.oauth_state.get_secret_value()
    return CallbackReceived.from_query(query.replace("the-state-of-the-pis", state))


@pytest.mark.parametrize(
    "faults",
    [
        (),
        (("register", "status", {"status": 422, "message": "no"}),),
        (("register", "drop", {"after_effect": True}),),
        (("approve", "broken_json", {}),),
        (("exchange", "html", {}),),
        (("exchange", "wrong_types", {}),),
    ],
    ids=str,
)
def test_nothing_of_a_sign_up_comes_out(
    given: SimpleNamespace, served: Callable[..., Any], log: io.StringIO, faults: Any
) -> None:
    esoz, url = served()
    esoz.script(*(Fault(endpoint=endpoint, kind=kind, **how) for endpoint, kind, how in faults))
    canaries = Canaries(given)
    walk(given, url, canaries, log, faults=bool(faults))
    urls = " ".join(f"{request.path}?{request.query}" for request in esoz.requests)
    assert len(canaries.values) > 25
    assert "urllib3" in str(logging.Logger.manager.loggerDict)
    assert '"to": "register"' in log.getvalue()  # the moves were logged
    assert "/api/pis/confidant/sign-up_validation" in log.getvalue()  # and so were urllib3's requests
    assert canaries.in_(log.getvalue()) == []
    assert canaries.in_(urls) == []


@pytest.mark.parametrize("what", ["a field of the person", "an unknown field", "a doubled code", "a state"])
def test_errors_about_bad_input_repeat_none_of_it(given: SimpleNamespace, what: str) -> None:
    canary = "canary" * 2  # a traceback shows the source, so the source must not hold the value
    person = given.REQUEST["person"]
    makes: dict[str, Callable[[], Any]] = {
        "a field of the person": lambda: RegistrationRequest.read(
            {**given.REQUEST, "person": {**person, "tax_id": canary, "first_name": canary}}
        ),
        "an unknown field": lambda: RegistrationRequest.read({**given.REQUEST, canary: canary}),
        "a doubled code": lambda: CallbackReceived.from_query(f"code={canary}&code={canary}"),
        "a state": lambda: given.opened(state=SecretStr(f"{canary}\n")),
    }
    with pytest.raises(InvalidInput) as caught:
        makes[what]()
    assert canary not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)


PLANTED = "Садовий"


def leak_into_a_log(url: str) -> str:
    logging.getLogger("host").debug("signing up %s", PLANTED)
    return ""


def leak_into_a_structured_log(url: str) -> str:
    structlog.get_logger("esozflow").info("moved", patient=PLANTED)
    return ""


def leak_into_a_url(url: str) -> str:
    requests.get(f"{url}/sandbox/ledger", params={"name": PLANTED}, timeout=10)
    return ""


def leak_into_a_traceback(url: str) -> str:
    try:
        raise ValueError(PLANTED)
    except ValueError:
        return traceback.format_exc()


@pytest.mark.parametrize("leak", [leak_into_a_log, leak_into_a_structured_log, leak_into_a_url, leak_into_a_traceback])
def test_a_planted_leak_is_found(
    given: SimpleNamespace, served: Callable[..., Any], log: io.StringIO, leak: Callable[[str], str]
) -> None:
    _, url = served()
    log.write(leak(url))
    assert Canaries(given).in_(log.getvalue()) == [PLANTED[:6]]
