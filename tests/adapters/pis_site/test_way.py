"""The way through the site: in, form, signature, out to ЕСОЗ and back, tokens, and out."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from esozflow.adapters.demo.people import REQUEST
from esozflow.adapters.demo.pis_site.form import FIELDS
from esozflow.adapters.demo.pis_site.visits import Begun
from esozflow.adapters.sandbox import Expire, Fault, RevokeApprovals
from esozflow.adapters.sandbox.signatures import SignatureService
from esozflow.flow import PeerError, Snapshot, Unreachable
from esozflow.states import RegistrationRequest
from esozflow.states.calls import Tokens

from ..at_auth_ui import brought_back
from .conftest import AUTH_UI, AUTHORITY, BASE, CLIENT, CONSENTS, SEED, SIGNER, Browser, Site, forms

ADDRESS = r"/sign-ups/[A-Za-z0-9_-]{43}"


def test_the_way_in_says_that_it_is_a_demonstration_and_remembers_one_cookie_of_its_own(browser: Browser) -> None:
    page = browser.get()
    assert page.status_code == 200
    assert "Усі люди та дані вигадані" in page.text
    assert "Увійти як Садова Олена Петрівна" in page.text
    (cookie,) = page.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"__Host-esozflow-pis=[A-Za-z0-9_-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_signing_in_changes_the_key_of_the_browser(browser: Browser) -> None:
    before = browser.get().headers["Set-Cookie"]
    signed_in = browser.signs_in()
    assert (signed_in.status_code, signed_in.location) == (303, "/")
    assert signed_in.headers["Set-Cookie"] != before
    home = browser.get()
    assert "Ви увійшли як Садова Олена Петрівна" in home.text
    assert "Set-Cookie" not in home.headers


def test_the_whole_way_ends_with_tokens_that_only_the_server_has(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    assert re.fullmatch(ADDRESS, address)
    page = browser.get(address)
    assert page.status_code == 200
    for shown in ("Реєстрацію завершено", "Токен доступу", "приховано", "app:read_pis", "за київським часом"):
        assert shown in page.text
    assert site.went == ["sign", "hand_over", "exchange", "save_tokens", "signed_up"]
    assert {kind: site.esoz.ledger.count(kind) for kind in ("register", "approve", "exchange")} == {
        "register": 1,
        "approve": 1,
        "exchange": 1,
    }
    assert "Реєстрацію завершено" in browser.get().text


def test_the_form_is_filled_in_with_the_invented_data_but_the_consents_are_for_the_user_to_give(
    browser: Browser,
) -> None:
    address = browser.begins()
    sent = browser.form(address)
    assert sent["person.last_name"] == "Садовий"
    assert not CONSENTS.keys() & sent.keys()
    browser.does(address, "RequestFilled")
    page = browser.get(address).text
    assert page.count("потрібна згода") == 4  # in the summary and beside each box
    assert 'href="#patient_signed"' in page


def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(site: Site, browser: Browser) -> None:
    address = browser.begins()
    sent = browser.does(
        address, "RequestFilled", person__last_name="Smith", person__tax_id="", person__documents__0__type="PASSPORT"
    )
    assert (sent.status_code, sent.location) == (303, address)
    page = browser.get(address).text
    assert "<title>Помилка: " in page
    field = page[page.index('<label for="person.last_name">') :][:700]
    assert 'id="person.last_name-problem">дозволено українські літери' in field
    assert 'value="Smith" id="person.last_name" name="person.last_name" required aria-invalid="true"' in field
    assert 'aria-describedby="person.last_name-problem"' in field
    assert '<a href="#person.last_name">Пацієнт → Прізвище: дозволено' in page
    assert browser.form(address)["person.tax_id"] == ""
    assert browser.form(address)["person.documents.0.type"] == "PASSPORT"
    assert site.went == []
    assert page.index('<a href="#person.last_name">') < page.index('<a href="#patient_signed">')
    browser.does(address, "RequestFilled", person__last_name="Садовий", person__documents__0__type="BIRTH_CERTIFICATE",
                 **CONSENTS)  # fmt: skip
    assert site.went == ["sign"]


def test_problems_are_listed_in_the_order_of_the_fields(browser: Browser) -> None:
    address = browser.begins()
    browser.does(address, "RequestFilled", person__first_name="John", person__last_name="Smith")
    listed = re.findall('<a href="#([^"]+)">', browser.get(address).text)
    names = list(FIELDS)
    assert listed == sorted(listed, key=names.index)
    assert listed[:2] == ["person.last_name", "person.first_name"]


def test_the_rules_of_the_day_and_of_the_signer_are_checked_too(site: Site, browser: Browser) -> None:
    address = browser.begins()
    browser.does(address, "RequestFilled", person__documents__0__issued_at="2099-01-01", **CONSENTS)
    assert "дата видачі ще не настала" in browser.get(address).text
    browser.does(
        address,
        "RequestFilled",
        person__documents__0__issued_at="2015-07-20",
        person__confidant_person__person_id="5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6a",
        person__authentication_methods__0__value="5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6a",
    )
    assert "законний представник та підписант мають бути однією особою" in browser.get(address).text
    assert site.went == []


def test_today_is_the_day_in_kyiv(site: Site, browser: Browser) -> None:
    site.clock.time = site.clock.time.replace(year=2030, month=6, day=30, hour=21, minute=30)  # 00:30 in Kyiv
    address = browser.begins()
    changed = {"person__documents__0__issued_at": "2030-07-01", "person__birth_date": "2016-12-01", "person__unzr": ""}
    browser.does(address, "RequestFilled", **CONSENTS, **changed)
    assert site.went == ["sign"]


def test_what_is_going_to_be_signed_is_shown_and_can_be_corrected(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    page = browser.get(address).text
    for shown in ("Садовий", "05.07.2015", "АМ123456", "Згода на обробку та розкриття даних", "Законний представник"):
        assert shown in page
    assert "калина2015" not in page  # the code word
    browser.does(address, "EditAgain")
    assert browser.form(address)["person.secret"] == "калина2015"
    assert browser.form(address)["patient_signed"] == "on"
    assert site.went == ["sign", "prepare"]


def test_what_was_shown_is_what_is_signed_and_the_url_of_4_1_carries_it(browser: Browser) -> None:
    _, url = browser.signs()
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{AUTH_UI}/confidant/sign-up"
    query = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert query.keys() == {"client_id", "redirect_uri", "scope", "user_data", "token", "state"}
    assert (query["client_id"], query["redirect_uri"]) == (CLIENT.client_id, CLIENT.redirect_uri)
    signed = SignatureService([AUTHORITY.certificate]).read(query["user_data"])
    assert RegistrationRequest.read_json(signed.content) == RegistrationRequest.read(REQUEST)


def test_the_urls_of_esoz_are_allowed_to_forms_of_the_pages_that_lead_there_and_of_no_others(browser: Browser) -> None:
    address = browser.begins()
    assert AUTH_UI not in browser.get(address).headers["Content-Security-Policy"]
    browser.does(address, "RequestFilled", **CONSENTS)
    assert f"form-action 'self' {AUTH_UI}" in browser.get(address).headers["Content-Security-Policy"]
    browser.does(address, "RequestSigned")
    assert f"form-action 'self' {AUTH_UI}" in browser.get(address).headers["Content-Security-Policy"]


def test_a_sign_up_that_is_at_the_auth_ui_waits_and_leads_there_again_only_when_asked(browser: Browser) -> None:
    address, url = browser.signs()
    page = browser.get(address)
    assert page.status_code == 200
    assert "Продовжити на сторінці ЕСОЗ" in page.text
    assert "my.example.ua" in page.text
    assert "user_data" not in page.text
    for _ in range(2):
        again = browser.does(address, "GoOn")
        assert (again.status_code, again.location) == (303, url)
    assert "Перехід до ЕСОЗ для підтвердження" in browser.get().text


def typed_and_kept(id: str) -> list[str]:
    """What of the forms of this sign-up is still in memory."""
    return [value for one in gc.get_objects() if isinstance(one, Begun) and one.id == id for value in one.entered]


def test_once_signed_the_form_is_forgotten(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    assert typed_and_kept(site.moves[0].id)
    browser.does(address, "RequestSigned")
    assert not typed_and_kept(site.moves[0].id)
    assert "4218901133" not in browser.get(address).text + browser.get().text
    assert "Садовий Марко" in browser.get().text


def test_a_form_left_open_for_too_long_is_forgotten(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    site.clock.forward(timedelta(hours=25))
    page = browser.get(address).text
    assert "Запит на реєстрацію не передано" in page
    assert 'href="/"' in page
    assert not typed_and_kept(site.moves[0].id)


def test_a_signature_over_what_was_changed_meanwhile_is_not_taken(start: Callable[..., Site]) -> None:
    class SlowDevice:
        def sign(self, content: bytes) -> bytes:
            if b"other@example.com" not in content:
                browser.does(address, "EditAgain")
                browser.does(address, "RequestFilled", person__email="other@example.com")
            return SIGNER.sign(content)

    site = start(signer=SlowDevice())
    browser = site.browser()
    address = browser.at_signing()
    assert browser.does(address, "RequestSigned").location == f"{address}?notice=stale_revision"
    assert site.went == ["sign", "prepare", "sign"]
    url = browser.does(address, "RequestSigned").location
    signed = SignatureService([AUTHORITY.certificate]).read(parse_qs(urlsplit(url).query)["user_data"][0])
    assert b"other@example.com" in signed.content


def test_a_signature_that_fails_is_told_and_can_be_made_again(start: Callable[..., Site]) -> None:
    class Device:
        answers: list[Any]

        def sign(self, content: bytes) -> bytes:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return bytes(answer)

    device = Device()
    device.answers = [
        PeerError("canary", hint="canary", code="cancelled"),
        PeerError("canary", hint="canary", code="E-42"),
        b"x" * 100_000,
        b"signed",
    ]
    site = start(signer=device)
    browser = site.browser()
    address = browser.at_signing()
    for said in ("підписання скасовано", "засіб підписання повідомив про помилку", "засіб підписання повідомив"):
        failed = browser.does(address, "RequestSigned")
        assert (failed.status_code, failed.location) == (303, address)
        page = browser.get(address).text
        assert f"Підпис не створено: {said}" in page
        assert "canary" not in page
        assert "Садовий" in page
    assert browser.does(address, "RequestSigned").location.startswith(AUTH_UI)


# tokens


def test_tokens_are_refreshed_and_the_session_is_ended_when_asked(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    before = browser.get(address).text
    assert browser.does(address, "Refresh").location == address
    page = browser.get(address).text
    assert "Токен доступу оновлено" in page
    assert page == browser.get(address).text  # GET twice changes nothing
    assert before != page
    assert browser.does(address, "LogOut").location == address
    over = browser.get(address).text
    assert "Сеанс в ЕСОЗ завершено" in over
    assert "<form" not in over
    assert "закінчується на" not in over
    assert (site.esoz.ledger.count("refresh"), site.esoz.ledger.count("logout")) == (1, 1)


@pytest.mark.parametrize(
    ("action", "title"), [("Refresh", "Токен доступу не оновлено"), ("LogOut", "Сеанс в ЕСОЗ не завершено")]
)
def test_what_could_not_be_done_with_the_tokens_is_told_and_can_be_asked_for_again(
    site: Site, browser: Browser, action: str, title: str
) -> None:
    address = browser.signed_up()
    site.port.instead = lambda call: Unreachable(reason="refused")
    assert browser.does(address, action).status_code == 303
    page = browser.get(address).text
    assert title in page
    assert "<title>Помилка: " in page
    assert "запит не надіслано" in page
    site.port.instead = None
    endpoint: Any = {"Refresh": "refresh", "LogOut": "logout"}[action]
    site.esoz.script(Fault(endpoint=endpoint, kind="status", status=403, message="canary says no"))
    browser.does(address, action)
    refused = browser.get(address).text
    assert "canary says no" in refused
    assert "Номер запиту для служби підтримки" in refused
    browser.does(address, action)
    assert title not in browser.get(address).text


def test_a_refresh_that_is_refused_leaves_the_tokens_as_they_were(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    site.esoz.turn(RevokeApprovals(), Expire(what="refresh"))
    shown = re.findall("<dd>.*?</dd>", browser.get(address).text)
    browser.does(address, "Refresh")
    page = browser.get(address).text
    assert "Token expired." in page
    assert re.findall("<dd>.*?</dd>", page) == shown


def test_a_session_that_was_ended_is_neither_ended_nor_refreshed_again(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    form = browser.form(address)
    browser.does(address, "LogOut")
    calls = len(site.port.calls)
    for action in ("LogOut", "Refresh"):
        assert browser.post(address, {**form, "action": action}).location == address
    assert len(site.port.calls) == calls
    assert "Сеанс в ЕСОЗ завершено" in browser.get(address).text


def test_a_refresh_answered_after_the_log_out_brings_no_token_back(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    form = browser.form(address)

    def log_out_meanwhile(call: Any) -> Any:
        site.port.instead = None
        refreshed = site.port.behind.perform(call)
        browser.post(address, {**form, "action": "LogOut"})
        return refreshed

    site.port.instead = log_out_meanwhile
    browser.post(address, {**form, "action": "Refresh"})
    assert "Сеанс в ЕСОЗ завершено" in browser.get(address).text
    assert (site.esoz.ledger.count("refresh"), site.esoz.ledger.count("logout")) == (1, 1)


# languages, pages, leaving


def test_every_page_speaks_english_when_asked_and_keeps_to_it(site: Site, browser: Browser) -> None:
    assert "Sign in as Садова Олена Петрівна" in browser.get("/?lang=en").text
    signed_in = browser.post("/sign-in?lang=en", forms(browser.get("/?lang=en").text)["/sign-in?lang=en"])
    assert signed_in.location == "/?lang=en"
    begun = browser.post("/sign-ups?lang=en", forms(browser.get("/?lang=en").text)["/sign-ups?lang=en"])
    address = begun.location
    assert re.fullmatch(ADDRESS + r"\?lang=en", address)
    assert "Emergency contact" in browser.get(address).text
    browser.does(address, "RequestFilled", **CONSENTS)
    url = browser.does(address, "RequestSigned").location
    back = brought_back(site.at_auth_ui, url)
    assert back is not None
    assert browser.get(back.removeprefix(BASE)).location == address
    page = browser.get(address).text
    assert '<html lang="en">' in page
    assert "The sign-up is complete" in page
    assert "hidden, ends in" in page
    assert not re.search(r"<h[12]>[^<]*[а-яіїєґ]", page)
    refused = browser.get(f"{back.removeprefix(BASE)}x")
    assert "does not belong to this sign-up" in refused.text


def test_signing_out_forgets_the_sign_ups_and_their_tokens(site: Site, browser: Browser) -> None:
    address = browser.signed_up()
    old, home = browser.form(address), browser.get().text
    key = browser.client.get_cookie("__Host-esozflow-pis", "pis.example.ua")
    assert key is not None
    user_id = next(record.ids["user_id"] for record in site.esoz.ledger.records if record.kind == "exchange")
    assert kept_of(site.moves[0].id, user_id)
    out = browser.signs_out()
    assert (out.status_code, out.location) == (303, "/")
    assert "Set-Cookie" in out.headers
    assert not kept_of(site.moves[0].id, user_id)
    gone = browser.get(address)
    assert (gone.status_code, gone.location) == (303, "/")
    assert browser.post(address, {**old, "action": "Refresh"}).status_code == 403
    browser.signs_in()
    assert "Реєстрацій ще немає" in browser.get().text
    assert browser.get(address).status_code == 404
    browser.client.set_cookie("__Host-esozflow-pis", key.value, domain="pis.example.ua", secure=True)
    assert "Увійти як" in browser.get().text
    assert home != browser.get().text


def kept_of(id: str, user_id: str) -> list[object]:
    """What of a sign-up and of its tokens is still in memory."""
    gc.collect()
    return [
        one
        for one in gc.get_objects()
        if (isinstance(one, Snapshot) and one.id == id) or (isinstance(one, Tokens) and one.user_id == user_id)
    ]


def test_no_page_shows_a_credential_and_none_is_large(site: Site, browser: Browser) -> None:
    address = browser.begins()
    pages = [browser.get().text, browser.get(address).text]
    browser.does(address, "RequestFilled", **CONSENTS)
    pages.append(browser.get(address).text)
    url = browser.does(address, "RequestSigned").location
    pages.append(browser.get(address).text)
    back = brought_back(site.at_auth_ui, url)
    assert back is not None
    browser.get(back.removeprefix(BASE))
    pages += [browser.get(address).text, browser.get().text]
    query = parse_qs(urlsplit(url).query)
    secrets = [*site.esoz._backend.registry.tokens, SEED.pis.secret, query["user_data"][0], query["state"][0]]
    assert {SEED.confidant.access_token, parse_qs(urlsplit(back).query)["code"][0]} < set(secrets)
    assert "закінчується на" in pages[-2]
    for page in pages:
        assert len(page.encode()) < 50 * 1024
        assert not [secret for secret in secrets if secret in page]


def test_every_answer_carries_the_security_headers(browser: Browser) -> None:
    address = browser.begins()
    answers = [
        browser.get(),
        browser.get(address),
        browser.does(address, "RequestFilled"),
        browser.post(address, {}),
        browser.get("/nowhere"),
        browser.get("/oauth/callback"),
        browser.get("/static/pages.css"),
        browser.get("/static/nothing.css"),
        browser.post("/", {}),
    ]
    assert [one.status_code for one in answers] == [200, 200, 303, 403, 404, 400, 200, 404, 405]
    for one in answers:
        assert one.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in one.headers["Content-Security-Policy"]
        assert "unsafe" not in one.headers["Content-Security-Policy"]
        assert one.headers["X-Frame-Options"] == "deny"
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert one.headers["Referrer-Policy"] == "no-referrer"
        assert one.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    for page in answers[3:6]:
        assert 'href="/"' in page.text  # a next step
