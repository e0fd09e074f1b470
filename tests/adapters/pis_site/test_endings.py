"""What can go wrong after ЕСОЗ: each has a page at the PIS that says what is true, and a next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from esozflow.adapters.sandbox import Expire, Fault
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import StoreFailed, Unreachable
from esozflow.states import Settings, SignUp

from .conftest import CONSENTS, Browser, Site


def test_an_error_that_the_auth_ui_returns_is_told(site: Site, browser: Browser) -> None:
    address, url = browser.signs()
    state = url.rpartition("&state=")[2]
    assert browser.get(f"/oauth/callback?error=access_denied&state={state}").location == address
    page = browser.get(address)
    assert page.status_code == 200
    assert "Запит відхилив користувач або ЕСОЗ." in page.text
    assert "не зберегла жодного токена" in page.text
    assert 'href="/"' in page.text
    assert site.went[-1] == "returned_error"


def test_an_error_in_the_words_of_a_stranger_is_not_repeated(browser: Browser) -> None:
    address, url = browser.signs()
    state = url.rpartition("&state=")[2]
    browser.get(f"/oauth/callback?error=canary&error_description=canary&state={state}")
    page = browser.get(address).text
    assert "ЕСОЗ повернула помилку, якої ПІС не знає" in page
    assert "canary" not in page


def test_a_refused_exchange_is_told_in_the_words_of_esoz_with_the_request_to_quote(
    site: Site, browser: Browser
) -> None:
    address, callback = browser.sent_back()
    site.esoz.turn(Expire(what="code"))
    assert browser.get(callback).location == address
    page = browser.get(address).text
    assert "Token expired." in page
    assert "Номер запиту для служби підтримки" in page
    assert site.went[-1] == "exchange_refused"


def test_an_exchange_that_was_not_sent_can_be_asked_for_again(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    site.port.instead = lambda call: Unreachable(reason="refused")
    assert browser.get(callback).location == address
    assert "запит не надіслано" in browser.get(address).text
    site.port.instead = None
    assert browser.does(address, "Retry").location == address
    assert "Реєстрацію завершено" in browser.get(address).text
    assert site.esoz.ledger.count("exchange") == 1


def test_an_exchange_whose_answer_is_lost_is_told_as_it_is(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    site.esoz.script(Fault(endpoint="exchange", kind="drop", after_effect=True))
    browser.get(callback)
    page = browser.get(address).text
    assert "код доступу вже міг бути використаний" in page
    assert "<form" not in page
    assert 'href="/"' in page
    assert site.went[-1] == "exchange_unknown"


def test_tokens_that_could_not_be_kept_wait_until_they_are(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from esozflow.adapters import vault

    address, callback = browser.sent_back()
    keeping = vault.CallbackVault.perform

    def full(self: vault.CallbackVault, call: Any) -> Any:
        monkeypatch.setattr(vault.CallbackVault, "perform", keeping)
        return vault.Unanswered(reason="vault_failed")

    monkeypatch.setattr(vault.CallbackVault, "perform", full)
    browser.get(callback)
    assert "Токени не втрачено" in browser.get(address).text
    browser.does(address, "Retry")
    assert "Реєстрацію завершено" in browser.get(address).text
    assert site.went[-3:] == ["tokens_unsaved", "save_tokens", "signed_up"]


def test_a_browser_that_never_comes_back_is_told_so(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    site.clock.forward(timedelta(hours=13))
    page = browser.get(address).text
    assert "невідомо, чи зареєстровано пацієнта" in page
    assert 'href="/"' in page
    assert site.went[-1] == "not_returned"
    late = browser.get(callback)
    assert late.status_code == 400
    assert f'href="{address}"' in late.text


def test_the_callback_of_an_expired_sign_up_lets_it_expire_and_is_refused(site: Site, browser: Browser) -> None:
    _, callback = browser.sent_back()
    site.clock.forward(timedelta(hours=13))
    assert browser.get(callback).status_code == 400
    assert site.went[-1] == "not_returned"
    assert site.esoz.ledger.count("exchange") == 0


def test_a_sign_up_that_was_purged_stands_in_the_way_of_no_other(start: Callable[..., Site]) -> None:
    store = MemoryStore[SignUp]()
    browser = start(store=store).browser()
    purged = browser.begins()
    store.forget(store.stored()[0].id)
    address, callback = browser.sent_back()

    assert browser.get(callback).location == address
    home = browser.get()
    assert home.status_code == 200
    assert address in home.text
    assert purged not in home.text
    assert browser.get(purged).status_code == 404


def test_another_sign_up_can_be_begun_whatever_became_of_the_first(site: Site, browser: Browser) -> None:
    address, url = browser.signs()
    browser.get(f"/oauth/callback?error=server_error&state={url.rpartition('&state=')[2]}")
    second = browser.begins()
    assert second != address
    assert browser.does(second, "RequestFilled", **CONSENTS).location == second
    home = browser.get().text
    assert home.count("Садовий Марко") == 2
    assert "ЕСОЗ не надала доступу" in home


def test_a_failure_of_the_store_is_told_without_a_word_of_it(
    start: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    from esozflow.adapters.stores.memory import MemoryStore

    browser = start().browser()
    address = browser.begins()

    def failing(self: object, id: str) -> None:
        raise StoreFailed("canary", hint="canary")

    monkeypatch.setattr(MemoryStore, "load", failing)
    for page in (browser.get(address), browser.get()):
        assert page.status_code == 503
        assert "не вдалося прочитати або зберегти" in page.text
        assert "canary" not in page.text


def test_a_mistake_of_the_site_itself_is_a_page_without_a_word_of_it(
    start: Callable[..., Site], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def sign(self, content: bytes) -> bytes:
            raise RuntimeError("canary")

    site = start(signer=Broken())
    browser = site.browser()
    address = browser.at_signing()
    failed = browser.does(address, "RequestSigned")
    assert failed.status_code == 500
    assert "Сталася внутрішня помилка" in failed.text
    assert "canary" not in failed.text + caplog.text
    assert site.went == ["sign"]


def test_settings_of_the_flow_are_the_sites(start: Callable[..., Site]) -> None:
    site = start(settings=Settings(hand_over_lifetime=timedelta(minutes=5)))
    browser = site.browser()
    address, _ = browser.signs()
    site.clock.forward(timedelta(minutes=6))
    assert "невідомо, чи зареєстровано" in browser.get(address).text
