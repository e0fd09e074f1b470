"""`esozflow up` as a person meets it: three processes and a browser."""

from __future__ import annotations

from collections.abc import Callable

import requests
from playwright.sync_api import BrowserContext, expect

from esozflow.adapters.demo.ensemble import Ensemble
from esozflow.states import Accept, Confirm, Name

from .inspection import flaws
from .person import hands_over, press, said


def test_a_sign_up_goes_from_the_pis_over_the_auth_ui_back_to_the_pis(visit: Callable[..., BrowserContext]) -> None:
    page = visit().new_page()
    with Ensemble() as here:
        hands_over(page, here)
        assert page.url.startswith(f"{here.auth_ui}/confidant/sign-up/")
        assert "?" not in page.url
        press(page, Confirm, Accept)
        assert page.url.startswith(f"{here.pis}/sign-ups/")
        expect(page.locator("h1")).to_have_text(said(f"{Name.SIGNED_UP}.title"))
        assert flaws(page) == []
        counts = requests.get(f"{here.sandbox}/sandbox/ledger", timeout=30).json()["counts"]
    assert {kind: counts[kind] for kind in ("register", "approve", "exchange")} == {
        "register": 1,
        "approve": 1,
        "exchange": 1,
    }
