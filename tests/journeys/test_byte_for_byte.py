"""What the confidant signed is what ЕСОЗ gets, however long and whatever its base64 looks like."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from esozflow.states import Confirm, Opened, RequestSigned, auth_ui, pis

PLUS = base64.b64encode(b"\xfb\xef\xbe" * 1_000 + b"\xff" * 3_001 + b"\xfb").decode()
LONG = base64.b64encode(bytes(range(256)) * 192).decode()


@pytest.mark.parametrize("user_data", [PLUS, LONG], ids=["full of + / =", "64 KB"])
def test_the_signed_content_survives_from_the_pis_to_esoz(
    given: SimpleNamespace, served: Callable[..., Any], user_data: str
) -> None:
    assert {*"+/="} <= set(PLUS)
    assert len(LONG) == 64 * 1024
    esoz, url = served()
    at_pis = given.engine(pis(), given.gateway(url))
    filled = at_pis.send(at_pis.begin(), given.filled())
    page = at_pis.page(at_pis.send(filled, RequestSigned(user_data=SecretStr(user_data))))
    query = page.leads_to.get_secret_value().partition("?")[2]
    at_auth_ui = given.engine(auth_ui(), given.gateway(url, secret=False))
    at_auth_ui.send(at_auth_ui.begin(), Opened.from_query(query))
    assert [json.loads(request.body)["signed_content"] for request in esoz.requests] == [user_data]


def test_the_validation_and_the_registration_get_the_very_same_content(
    given: SimpleNamespace, served: Callable[..., Any]
) -> None:
    esoz, url = served()
    at_pis = given.engine(pis(), given.gateway(url))
    filled = at_pis.send(at_pis.begin(), given.filled())
    signed = given.signed()
    query = at_pis.page(at_pis.send(filled, signed)).leads_to.get_secret_value().partition("?")[2]
    at_auth_ui = given.engine(auth_ui(), given.gateway(url, secret=False))
    here = at_auth_ui.send(at_auth_ui.begin(), Opened.from_query(query))
    at_auth_ui.send(here, Confirm())
    bodies = [json.loads(request.body) for request in esoz.requests if request.body]
    assert [body["signed_content"] for body in bodies] == [signed.user_data.get_secret_value()] * 2
    assert esoz.ledger.count("register") == 1


def test_pluses_that_a_browser_turned_to_spaces_are_brought_back() -> None:
    assert Opened.from_query(f"user_data={PLUS}").user_data.get_secret_value() == PLUS
    assert Opened.from_query(f"user_data={PLUS.replace('+', '-').replace('/', '_')}").user_data == SecretStr(PLUS)
