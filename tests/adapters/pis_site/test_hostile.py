"""What strangers, replays and double clicks bring to the site does nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from esozflow.adapters.demo.pis_site.visits import MOST_SIGN_UPS, MOST_VISITS
from esozflow.flow import Call, Outcome, Unreachable

from .conftest import AUTH_UI, CONSENTS, Browser, Site, forms

STRANGER = "state=canary-of-another-browser"


# form tokens


@pytest.mark.parametrize("token", [None, "", "forged", "ї", "\udcff"])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-ups", "the sign-up's own"])
def test_a_form_without_its_token_is_refused_and_nothing_moves(
    site: Site, browser: Browser, path: str, token: str | None
) -> None:
    address = browser.begins()
    home = forms(browser.get().text)
    form = {**browser.form(address), **home["/sign-ups"], "action": "RequestFilled", **CONSENTS}
    sent = {name: value for name, value in {**form, "form_token": token}.items() if value is not None}
    if token == "\udcff":
        sent["form_token"] = b"\xff"  # type: ignore[assignment]
    refused = browser.post(address if path.startswith("the") else path, sent)
    assert refused.status_code == 403
    assert "нічого не зроблено" in refused.text
    assert site.went == []
    assert len(forms(browser.get().text)) == 2
    assert "Новий пацієнт" in browser.get().text


def test_the_token_of_another_page_or_another_browser_is_refused(site: Site, browser: Browser) -> None:
    mine, other = browser.begins(), browser.begins()
    stranger = site.browser()
    theirs = stranger.begins()
    filled = {**browser.form(mine), "action": "RequestFilled", **CONSENTS}
    for token in (browser.form(other)["form_token"], stranger.form(theirs)["form_token"]):
        assert browser.post(mine, {**filled, "form_token": token}).status_code == 403
    assert stranger.post(mine, filled).status_code == 403
    assert site.went == []


def test_a_sign_up_of_another_browser_is_not_there(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    stranger = site.browser()
    assert (stranger.get(address).status_code, stranger.get(address).location) == (303, "/")
    stranger.signs_in()
    lost = stranger.get(address)
    assert lost.status_code == 404
    assert "Реєстрацію не знайдено" in lost.text
    assert "Садовий" not in lost.text


def test_a_reference_that_this_page_did_not_bring_begins_nothing(site: Site, browser: Browser) -> None:
    browser.signs_in()
    form = forms(browser.get().text)["/sign-ups"]
    token = forms(browser.get().text)["/sign-out"]["form_token"]
    for sent in (
        {**form, "reference": "A" * 43},
        {**form, "reference": "sign-out", "form_token": token},
        {"form_token": form["form_token"]},
    ):
        assert browser.post("/sign-ups", sent).status_code == 403
    assert "Реєстрацій ще немає" in browser.get().text


def test_forms_of_who_is_not_signed_in_any_more_lead_to_the_way_in(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    form, home = browser.form(address), forms(browser.get().text)
    for _ in range(MOST_VISITS):
        site.browser().signs_in()
    for answer in (
        browser.post(address, {**form, "action": "RequestSigned"}),
        browser.post("/sign-ups", home["/sign-ups"]),
        browser.get(address),
    ):
        assert (answer.status_code, answer.location) == (303, "/")
    assert site.went == ["sign"]


# the form


def test_fields_that_the_form_does_not_have_are_refused_and_nothing_is_kept(site: Site, browser: Browser) -> None:
    address = browser.begins()
    for sent in ({"person.canary": "canary"}, {"person.documents.1.number": "canary"}, {"canary": ""}):
        refused = browser.post(
            address, {**browser.form(address), "action": "RequestFilled", "person.email": "x@example.com", **sent}
        )
        assert refused.status_code == 400
        assert "canary" not in refused.text
        assert f'href="{address}"' in refused.text
    assert browser.form(address)["person.email"] == "sadova.family@example.com"
    assert site.went == []


def test_a_field_that_comes_twice_is_refused(site: Site, browser: Browser) -> None:
    address = browser.begins()
    sent = [*browser.form(address).items(), ("action", "RequestFilled"), ("person.gender", "FEMALE")]
    doubled: dict[str, Any] = {}
    for name, value in sent:
        doubled.setdefault(name, []).append(value)
    assert browser.post(address, doubled).status_code == 400
    assert site.went == []


@pytest.mark.parametrize("size", [33_000, 1_000_000])
def test_a_form_of_absurd_size_is_refused(site: Site, browser: Browser, size: int) -> None:
    address = browser.begins()
    refused = browser.does(address, "RequestFilled", person__documents__0__issued_by="і" * size)
    assert refused.status_code == 413
    assert "забагато даних" in refused.text
    assert site.went == []


def test_a_long_value_is_told_at_its_field_and_kept(browser: Browser) -> None:
    address = browser.begins()
    assert browser.does(address, "RequestFilled", person__documents__0__issued_by="і" * 501).status_code == 303
    assert "забагато символів, дозволено щонайбільше 500" in browser.get(address).text
    assert browser.form(address)["person.documents.0.issued_by"] == "і" * 501


def test_an_empty_form_is_told_field_by_field(site: Site, browser: Browser) -> None:
    address = browser.begins()
    page_only = {name: browser.form(address)[name] for name in ("form_token", "revision")}
    assert browser.post(address, {**page_only, "action": "RequestFilled"}).status_code == 303
    page = browser.get(address).text
    assert page.count("обов'язкове поле не заповнено".replace("'", "&#39;")) > 40
    assert site.went == []


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", '" onfocus="alert(1)', "{{ 7*7 }}", "'-->", "\x00\x1b", "\u200b\u202e"]
)
def test_what_was_typed_is_shown_as_text(browser: Browser, value: str) -> None:
    address = browser.begins()
    browser.does(address, "RequestFilled", person__last_name=value, person__documents__0__issued_by=value)
    page = browser.get(address).text
    assert "<script" not in page
    assert 'onfocus="' not in page
    assert browser.form(address)["person.last_name"] == value.strip()


@pytest.mark.parametrize("action", ["", "Expired", "Answered", "HandedOver", "CallbackReceived", "Accept", "canary"])
def test_an_action_that_no_page_offers_is_refused(site: Site, browser: Browser, action: str) -> None:
    address = browser.at_signing()
    refused = browser.does(address, action)
    assert refused.status_code == 409
    assert "така дія неможлива" in refused.text
    assert "canary" not in refused.text
    assert site.went == ["sign"]


@pytest.mark.parametrize("action", ["RequestSigned", "EditAgain", "Retry"])
def test_an_act_of_another_page_is_refused(site: Site, browser: Browser, action: str) -> None:
    address = browser.begins()
    refused = browser.does(address, action)
    assert refused.status_code == 409
    assert site.went == []


@pytest.mark.parametrize("action", ["GoOn", "Refresh", "LogOut", "Check"])
def test_an_act_that_has_nothing_to_act_on_leads_back_to_the_page(site: Site, browser: Browser, action: str) -> None:
    address = browser.at_signing()
    answer = browser.does(address, action)
    assert (answer.status_code, answer.location) == (303, address)
    assert site.went == ["sign"]
    assert site.port.calls == []


# twice


def test_a_double_click_begins_one_sign_up(site: Site, browser: Browser) -> None:
    browser.signs_in()
    form = forms(browser.get().text)["/sign-ups"]
    assert browser.post("/sign-ups", form).location == browser.post("/sign-ups", form).location
    assert browser.get().text.count("Новий пацієнт") == 1


def test_a_double_click_signs_once_and_leads_to_the_same_url(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    form = {**browser.form(address), "action": "RequestSigned"}
    first, second = browser.post(address, form), browser.post(address, form)
    assert first.location.startswith(AUTH_UI)
    assert second.location == first.location
    assert site.went == ["sign", "hand_over"]


def test_a_form_filled_in_twice_alike_is_a_double_click(site: Site, browser: Browser) -> None:
    address = browser.begins()
    filled = {**browser.form(address), "action": "RequestFilled", **CONSENTS}
    assert browser.post(address, filled).location == browser.post(address, filled).location == address
    assert site.went == ["sign"]


@pytest.mark.parametrize("moved", [False, True])
def test_a_form_filled_in_otherwise_after_the_sign_up_moved_on_is_refused_and_says_so(
    site: Site, browser: Browser, moved: bool
) -> None:
    address = browser.begins()
    filled = {**browser.form(address), "action": "RequestFilled", **CONSENTS}
    browser.post(address, filled)
    if moved:
        browser.does(address, "EditAgain")
    stale = browser.post(address, {**filled, "person.email": "other@example.com"})
    assert (stale.status_code, stale.location) == (303, f"{address}?notice=stale_revision")
    page = browser.get(stale.location).text
    assert "<title>Помилка: " in page
    assert "вже перейшла до іншого кроку" in page
    assert "sadova.family@example.com" in page
    assert "other@example.com" not in page


def test_an_old_page_that_is_sent_again_corrects_nothing_and_asks_for_nothing(site: Site, browser: Browser) -> None:
    address = browser.at_signing()
    correct = {**browser.form(address), "action": "EditAgain"}
    browser.post(address, correct)
    browser.does(address, "RequestFilled", **CONSENTS)
    assert browser.post(address, correct).location == address
    assert site.went == ["sign", "prepare", "sign"]

    address, callback = browser.sent_back()
    site.port.instead = lambda call: Unreachable(reason="refused")
    browser.get(callback)
    ask = {**browser.form(address), "action": "Retry"}
    for _ in range(2):
        assert browser.post(address, ask).location == address
    assert [call.name for call in site.port.calls] == ["exchange"] * 2


def test_an_old_page_of_the_way_to_the_auth_ui_leads_nowhere(site: Site, browser: Browser) -> None:
    address, _ = browser.signs()
    stale = browser.does(address, "GoOn", revision="1")
    assert stale.location == f"{address}?notice=stale_revision"
    assert "<title>Помилка: Перехід до ЕСОЗ" in browser.get(stale.location).text


def test_the_last_page_needs_no_word_on_what_came_before(site: Site, browser: Browser) -> None:
    address, url = browser.signs()
    form = browser.form(address)
    browser.get(f"/oauth/callback?error=access_denied&state={url.rpartition('&state=')[2]}")
    stale = browser.post(address, {**form, "action": "GoOn"})
    assert stale.location == f"{address}?notice=stale_revision"
    page = browser.get(stale.location).text
    assert "Запит відхилив" in page
    assert "вже перейшла" not in page


def test_what_was_wrong_is_not_told_any_more_when_it_was_put_right(site: Site, browser: Browser) -> None:
    address = browser.begins()
    browser.does(address, "RequestFilled")
    browser.does(address, "RequestFilled", **CONSENTS)
    browser.does(address, "EditAgain")
    assert site.went == ["sign", "prepare"]
    assert "Помилка" not in browser.get(address).text


@pytest.mark.parametrize("revision", ["", "-1", "1e3", "9" * 5000, "٣", "0x0"])
def test_a_revision_that_is_none_counts_as_an_old_one(site: Site, browser: Browser, revision: str) -> None:
    address = browser.begins()
    stale = browser.does(address, "RequestFilled", revision=revision, **CONSENTS)
    assert stale.location == f"{address}?notice=stale_revision"
    assert site.went == []


def test_one_visit_has_only_so_many_sign_ups(browser: Browser) -> None:
    browser.signs_in()
    spare = forms(browser.get().text)["/sign-ups"]
    for _ in range(MOST_SIGN_UPS - 1):
        browser.begins()
    last = forms(browser.get().text)["/sign-ups"]
    begun = browser.post("/sign-ups", last).location
    assert browser.post("/sign-ups", last).location == begun != "/"
    home = browser.get().text
    assert "вийдіть з кабінету та ввійдіть знову" in home
    assert "/sign-ups" not in forms(home)
    assert browser.post("/sign-ups", spare).location == "/"
    assert browser.get().text.count("Новий пацієнт") == MOST_SIGN_UPS


# the callback


def test_a_callback_that_is_not_of_this_browser_is_refused_and_nothing_moves(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    stranger = site.browser()
    other = site.browser()
    other.signs()
    for visitor in (stranger, other):
        refused = visitor.get(callback)
        assert refused.status_code == 400
        assert "не належить до цієї реєстрації" in refused.text
    assert site.went == ["sign", "hand_over", "sign", "hand_over"]
    assert browser.get(callback).location == address


@pytest.mark.parametrize(
    ("tampered", "text"),
    [
        (lambda query: query.partition("&state=")[0], "не містить параметра state"),
        (lambda query: query.partition("&state=")[0] + "&state=", "не належить до цієї реєстрації"),
        (lambda query: query.partition("&state=")[0] + "&" + STRANGER, "не належить до цієї реєстрації"),
        (lambda query: query.partition("&state=")[0] + "&state=%D1%97", "не належить до цієї реєстрації"),
        (lambda query: query + "x", "не належить до цієї реєстрації"),
        (lambda query: query + "&error=access_denied", "і код доступу, і помилку"),
        (lambda query: query.replace("code=", "cod="), "не містить коду доступу"),
        (lambda query: query + "&state=x", "не вдалося прочитати"),
        (lambda query: query + "&code=x", "не вдалося прочитати"),
        (lambda query: query + "&error=%00", "не вдалося прочитати"),
        (lambda query: query + "&error=%ff", "не вдалося прочитати"),
        (lambda query: query + "&error=%zz", "не вдалося прочитати"),
        (lambda query: "x" * 330_000, "не вдалося прочитати"),
        (lambda query: "", "не містить параметра state"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_callback_that_was_tampered_with_is_refused_and_the_true_one_still_works(
    site: Site, browser: Browser, tampered: Callable[[str], str], text: str
) -> None:
    address, callback = browser.sent_back()
    path, _, query = callback.partition("?")
    refused = browser.get(f"{path}?{tampered(query)}")
    assert refused.status_code == 400
    assert text in refused.text
    assert 'href="/"' in refused.text
    assert site.went == ["sign", "hand_over"]
    assert browser.get(callback).location == address
    assert site.went[-1] == "signed_up"


def test_bytes_that_are_not_utf_8_are_refused(site: Site, browser: Browser) -> None:
    browser.signs()
    refused = browser.get("/oauth/callback", environ_overrides={"QUERY_STRING": "state=\xff"})
    assert refused.status_code == 400
    assert site.went == ["sign", "hand_over"]


@pytest.mark.parametrize(
    "replayed", [lambda url: url, lambda url: url.replace("code=", "code=x"), lambda url: f"{url}&error=x"]
)
def test_a_callback_that_is_replayed_does_nothing_and_leads_to_the_result(
    site: Site, browser: Browser, replayed: Callable[[str], str]
) -> None:
    address, callback = browser.sent_back()
    browser.get(callback)
    again = browser.get(replayed(callback))
    assert (again.status_code, again.location) == (303, address)
    assert site.went[-1] == "signed_up"
    assert site.esoz.ledger.count("exchange") == 1


def test_a_code_that_belongs_to_nobody_brings_nothing(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    state = callback.rpartition("&state=")[2]
    assert browser.get(f"/oauth/callback?code=bm9ib2R5&state={state}").location == address
    page = browser.get(address).text
    assert "Token not found." in page
    assert "не зберегла жодного токена" in page
    assert site.went[-1] == "exchange_refused"


def test_a_callback_finds_its_sign_up_among_others(site: Site, browser: Browser) -> None:
    first, first_callback = browser.sent_back()
    browser.begins()
    second, url = browser.signs()
    assert browser.get(first_callback).location == first
    assert browser.get(f"/oauth/callback?error=access_denied&state={url.rpartition('&state=')[2]}").location == second
    assert site.went[-2:] == ["signed_up", "returned_error"]


def test_to_ask_whether_the_callback_is_there_uses_up_no_code(site: Site, browser: Browser) -> None:
    _, callback = browser.sent_back()
    assert browser.client.head(callback, base_url="https://pis.example.ua").status_code == 200
    assert site.went == ["sign", "hand_over"]


def test_a_callback_brought_twice_at_the_same_time_exchanges_once(site: Site, browser: Browser) -> None:
    address, callback = browser.sent_back()
    seen: list[Any] = []

    def twice(call: Call) -> Outcome:
        site.port.instead = None
        second = threading.Thread(target=lambda: seen.append(browser.get(callback)))
        second.start()
        second.join()
        seen.append(browser.get(address))
        seen.append(browser.does(address, "Check"))
        return site.port.behind.perform(call)

    site.port.instead = twice
    assert browser.get(callback).location == address
    again, waiting, checked = seen
    assert (again.status_code, again.location) == (303, address)
    assert "Запит до ЕСОЗ ще виконується" in waiting.text
    assert (checked.status_code, checked.location) == (303, address)
    assert "Реєстрацію завершено" in browser.get(address).text
    assert site.esoz.ledger.count("exchange") == 1


@pytest.mark.parametrize("path", ["/", "/sign-ups/x", "/oauth/callback", "/static/pages.css"])
def test_an_address_of_any_bytes_is_answered(browser: Browser, path: str) -> None:
    browser.signs_in()
    for query in ("\xff\xfe", "lang=" + "x" * 5000, "&".join(["a=b"] * 3000), "lang=%00"):
        answer = browser.get(path, environ_overrides={"QUERY_STRING": query})
        assert answer.status_code in (200, 400, 404)
