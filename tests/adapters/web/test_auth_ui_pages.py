"""The Auth UI in a browser: one clean address, one form, and whatever is sent twice or by a stranger does nothing."""

from __future__ import annotations

import logging
import re
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from markupsafe import escape

from esozflow.adapters.sandbox import Fault
from esozflow.adapters.sandbox.gateway import SandboxGateway
from esozflow.adapters.stores.codec import UnreadableSnapshot
from esozflow.adapters.stores.memory import MemoryStore
from esozflow.adapters.ui.web import auth_ui_pages
from esozflow.adapters.ui.web.acting import MOST_WAITING
from esozflow.adapters.vault import MemoryVault
from esozflow.flow import Engine, ForeignSnapshot, RandomIds, StoreFailed, UsageError
from esozflow.states import Settings, pis, sign_up

from .conftest import REDIRECT_URI, SEED, STATE, Browser, Web, hidden, link, signed

REFERENCE = r"/confidant/sign-up/[A-Za-z0-9_-]{43}"


def test_the_link_of_4_1_leads_to_a_clean_address_and_one_cookie(web: Web) -> None:
    opened = web.browser().get(link())

    assert opened.status_code == 303
    assert re.fullmatch(REFERENCE, opened.location)
    cookie = opened.headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-esozflow-sign-up=[A-Za-z0-9_-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)
    assert not opened.data


def test_the_whole_way_ends_at_the_redirect_uri_with_code_and_state(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    assert "Перевірте дані пацієнта" in browser.get(address).text

    assert browser.does(address, "Confirm").location == address
    consent = browser.get(address).text
    done = browser.does(address, "Accept")

    for shown in ("Садовий Марко Олегович", "Садова Олена Петрівна", SEED.pis.name, "pis.example.ua", "app:read_pis"):
        assert shown in consent
    assert done.status_code == 303
    assert done.location.startswith(f"{REDIRECT_URI}?code=")
    assert parse_qs(urlsplit(done.location).query)["state"] == [STATE]
    assert web.ledger() == {"register": 1, "approve": 1}


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("client_id", "Не вказаний ідентифікатор додатку для авторизації"),
        ("redirect_uri", "Не вказано адресу зворотнього визову"),
        ("scope", "Не вказано скоупів для авторизації"),
        ("user_data", "Не вказано дані для авторизації"),
        ("token", "Не вказано токен особи для авторизації"),
    ],
)
@pytest.mark.parametrize("given", [None, ""])
def test_a_missing_parameter_is_told_in_the_words_of_the_document(
    web: Web, parameter: str, text: str, given: str | None
) -> None:
    browser = web.browser()

    page = browser.get(browser.opens(link(**{parameter: given})))

    assert page.status_code == 400
    assert text in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (b"client_id=a&client_id=b", "указано кілька разів"),
        (b"token=%00", "недозволені символи"),
        (b"token=%ff", "UTF-8"),
        (b"a=%zz", "відсоткове"),
        (b"x" * 330_000, "задовге"),
    ],
)
def test_a_link_that_cannot_be_read_is_told_at_a_clean_address(web: Web, query: bytes, text: str) -> None:
    browser = web.browser()

    page = browser.get(browser.opens("/confidant/sign-up?" + query.decode("latin-1")))

    assert page.status_code == 400
    assert text in page.text


def test_a_byte_that_is_not_utf_8_is_refused_too(web: Web) -> None:
    browser = web.browser()

    opened = browser.get("/confidant/sign-up", environ_overrides={"QUERY_STRING": "token=\xff"})

    assert "недозволені символи" in browser.get(opened.location).text


def test_a_signed_content_of_64_kb_is_taken(web: Web) -> None:
    browser = web.browser()

    page = browser.get(browser.opens(link(user_data=signed() + "A" * 65_536)))

    assert "ЕСОЗ не прийняла запит" in page.text  # it is no CMS any more, but it went to ЕСОЗ and was answered


def test_a_page_holds_no_credential(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    html = [browser.get(address).text, browser.does(address, "Confirm").text, browser.get(address).text]
    snapshot = next(iter(web.store.stored()))

    assert snapshot.state == "consent"
    for secret in (
        SEED.confidant.access_token,
        signed()[:40],
        snapshot.context.session_token.get_secret_value(),
        STATE,
        snapshot.id,
    ):
        assert not any(secret in one for one in html)
    assert "eyJ" not in "".join(html)


class Moved:
    """What must not have moved."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self.before = self.now()

    def now(self) -> Any:
        revisions = {snapshot.id: snapshot.revision for snapshot in self._web.store.stored()}
        return revisions, self._web.ledger()


@pytest.mark.parametrize("token", [None, "", "wrong", "\ud800", "foreign", "another sign-up's"])
def test_a_form_without_its_own_token_is_refused_and_moves_nothing(web: Web, token: str | None) -> None:
    browser, stranger = web.browser(), web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    if token == "foreign":
        form["form_token"] = stranger.form(stranger.opens())["form_token"]
    elif token == "another sign-up's":
        form["form_token"] = browser.form(browser.opens())["form_token"]
    elif token is None:
        del form["form_token"]
    else:
        form["form_token"] = token.encode("utf-8", "replace").decode()
    moved = Moved(web)

    refused = browser.post(address, form)

    assert refused.status_code == 403
    assert "Форму надіслано не з цієї сторінки" in refused.text
    assert moved.now() == moved.before


def test_a_form_sent_by_a_browser_without_the_cookie_is_refused(web: Web) -> None:
    browser, stranger = web.browser(), web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    moved = Moved(web)

    assert stranger.post(address, form).status_code == 403
    stranger.opens()
    assert stranger.post(address, form).status_code == 403
    assert moved.now()[1] == moved.before[1]


def test_the_address_alone_leads_nowhere(web: Web) -> None:
    browser, stranger = web.browser(), web.browser()
    address = browser.opens()
    stranger.opens()

    for other in (stranger, web.browser()):
        page = other.get(address)
        assert page.status_code == 404
        assert "Садовий" not in page.text
        assert "Реєстрацію не знайдено" in page.text


@pytest.mark.parametrize(
    "address", ["/confidant/sign-up/short", "/confidant/sign-up/" + "x" * 400, "/", "/favicon.ico"]
)
def test_an_address_that_is_none_is_told(web: Web, address: str) -> None:
    page = web.browser().get(address)

    assert page.status_code == 404
    assert "Сторінку не знайдено" in page.text


def test_looking_changes_nothing_however_often(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    moved = Moved(web)

    first, second = browser.get(address), browser.get(address)

    assert first.data == second.data
    assert moved.now() == moved.before


def test_a_program_that_only_looks_begins_nothing(web: Web) -> None:
    answer = web.browser().client.head(link())

    assert (answer.status_code, answer.data) == (200, b"")
    assert not web.store.stored()


def test_a_form_sent_twice_leads_to_the_same_redirect_once_done(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    confirming = {**browser.form(address), "action": "Confirm"}
    first, again = browser.post(address, confirming), browser.post(address, confirming)
    accepting = {**browser.form(address), "action": "Accept"}
    done, done_again = browser.post(address, accepting), browser.post(address, accepting)

    assert first.location == again.location == address  # without a notice: it did what was asked for
    assert done.location == done_again.location
    assert browser.get(address).location == done.location
    assert web.ledger() == {"register": 1, "approve": 1}


def test_a_stale_form_does_nothing_and_says_so(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    stale = browser.form(address)
    browser.does(address, "Confirm")
    moved = Moved(web)

    refused = browser.post(address, {**stale, "action": "Decline"})

    assert refused.status_code == 303
    assert refused.location == f"{address}?notice=stale_revision"
    assert "Реєстрація вже перейшла до іншого кроку" in browser.get(refused.location).text
    assert moved.now() == moved.before


@pytest.mark.parametrize("action", ["Accept", "Opened", "Expired", "Answered", "", "Confirm\n", "__class__"])
def test_an_action_that_the_page_does_not_offer_is_refused(web: Web, action: str) -> None:
    browser = web.browser()
    address = browser.opens()
    moved = Moved(web)

    refused = browser.does(address, action)

    assert refused.status_code == 409
    assert "На цьому кроці така дія неможлива" in refused.text
    assert f'href="{address}"' in refused.text
    assert moved.now() == moved.before


@pytest.mark.parametrize("revision", ["", "-1", "1e3", "99999999999", "2 ", "٢"])
def test_a_revision_that_is_none_counts_as_stale(web: Web, revision: str) -> None:
    browser = web.browser()
    address = browser.opens()
    moved = Moved(web)

    refused = browser.does(address, "Confirm", revision=revision)

    assert refused.location == f"{address}?notice=stale_revision"
    assert moved.now() == moved.before


def test_a_form_that_is_too_large_is_refused_unread(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    moved = Moved(web)

    refused = browser.does(address, "Confirm", filler="x" * 20_000)

    assert refused.status_code == 413
    assert "Надіслано забагато" in refused.text
    assert moved.now() == moved.before


def test_two_sign_ups_in_one_browser_share_a_cookie_and_nothing_else(web: Web) -> None:
    browser = web.browser()
    one = browser.opens()
    opened = browser.get(link(user_data=signed(tax_id="4218901144", unzr="20150705-00022"), state="two"))
    two = opened.location
    cookie = browser.client.get_cookie("__Host-esozflow-sign-up", domain="my.example.ua")

    browser.does(two, "Decline")

    assert cookie
    assert len(f"{cookie.key}={cookie.value}") < 4_096
    assert "Ви відмовилися продовжувати" in browser.get(two).text
    assert "Перевірте дані пацієнта" in browser.get(one).text


def test_english_is_a_switch_that_stays_on(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    english = browser.get(f"{address}?lang=en").text

    assert '<html lang="en">' in english
    assert "Accept and proceed" in english
    assert f'action="{address}?lang=en"' in english
    assert browser.post(f"{address}?lang=en", {**hidden(english), "action": "Confirm"}).location == f"{address}?lang=en"
    assert '<html lang="uk">' in browser.get(f"{address}?lang=de").text


def test_only_the_beginning_of_an_address_with_many_parameters_is_read(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()

    assert browser.get(f"{address}?x=1{'&x=1' * 60}&lang=en").data == browser.get(address).data


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_address_of_4_1_takes_nothing_but_a_get_also_where_it_is_mounted(web: Web, method: str) -> None:
    host = Flask("host")
    host.register_blueprint(auth_ui_pages(web.engine))

    refused = host.test_client().open(link(), method=method)

    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}
    assert refused.headers["X-Frame-Options"] == "deny"
    assert not web.store.stored()


def test_a_slash_at_the_end_of_the_path_does_not_leave_the_query_in_the_address_bar(web: Web) -> None:
    opened = web.browser().get(link().replace("sign-up?", "sign-up/?"))

    assert opened.status_code == 303
    assert re.fullmatch(REFERENCE, opened.location)


def test_the_code_from_an_sms_is_asked_for_only_where_the_settings_say_so(start: Any, web: Web) -> None:
    asking = start(settings=Settings(ask_otp=True)).browser()
    silent = web.browser()

    assert 'name="otp"' in asking.get(asking.opens()).text
    assert 'name="otp"' not in silent.get(silent.opens()).text


def test_a_field_that_is_refused_is_marked_and_what_was_typed_stands_in_no_address(start: Any) -> None:
    web = start(settings=Settings(ask_otp=True))
    browser = web.browser()
    address = browser.opens()

    refused = browser.does(address, "Confirm", otp="12ab")
    page = browser.get(refused.location).text

    assert refused.location == f"{address}?invalid=otp.otp"
    assert "потрібно від чотирьох до восьми цифр" in page
    assert 'aria-invalid="true" aria-describedby="otp-problem"' in page
    assert "Помилка:" in page
    assert web.ledger()["register"] == 0
    assert browser.does(address, "Confirm", otp="").location == address
    assert web.ledger()["register"] == 1


@pytest.mark.parametrize("shown", ["otp.%3Cscript%3E", "otp.", "token.otp", ".", "otp.string_too_long.x"])
def test_an_address_can_put_no_text_of_its_own_on_a_page(start: Any, shown: str) -> None:
    browser = start(settings=Settings(ask_otp=True)).browser()
    address = browser.opens()

    assert browser.get(f"{address}?invalid={shown}").data == browser.get(address).data
    assert browser.get(f"{address}?notice=internal").data == browser.get(address).data


def test_a_decline_leads_back_only_to_a_known_redirect_uri(start: Any, known: Settings, web: Web) -> None:
    stays, returns = web.browser(), start(settings=known).browser()
    here, there = stays.opens(), returns.opens()

    assert stays.does(here, "Decline").location == here
    assert "Ви відмовилися продовжувати" in stays.get(here).text
    back = returns.does(there, "Decline").location
    assert back.startswith(f"{REDIRECT_URI}?error=access_denied")
    assert returns.get(there).location == back


def test_an_end_offers_to_start_again_where_the_pis_is_known(start: Any, known: Settings) -> None:
    browser = start(settings=known).browser()

    page = browser.get(browser.opens(link(token="bm90LWEtdG9rZW4="))).text

    assert "Цього разу нікого не зареєстровано" in page
    assert 'href="https://pis.example.ua/"' in page
    assert "Повернутися до ПІС на pis.example.ua" in page
    assert "Номер запиту для служби підтримки" in page


def test_a_refused_approval_is_told_on_the_consent_page_and_may_be_repeated(web: Web) -> None:
    browser = web.browser()
    address = browser.at_consent()
    web.esoz.script(
        Fault(endpoint="approve", kind="status", status=422, message="Scope is not allowed by client type.")
    )

    assert browser.does(address, "Accept").location == address
    page = browser.get(address).text
    assert '<p lang="en">Scope is not allowed by client type.</p>' in page
    assert 'value="Accept"' in page
    assert browser.does(address, "Accept").location.startswith(REDIRECT_URI)


@pytest.mark.parametrize("status", [200, 303, 400, 403, 404, 405, 409, 413])
def test_every_answer_carries_the_headers(web: Web, status: int) -> None:
    browser = web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    answers = {
        200: lambda: browser.get("/confidant/static/pages.css"),
        303: lambda: browser.post(address, form),
        400: lambda: browser.get(browser.opens(link(token=None))),
        403: lambda: browser.post(address, {}),
        404: lambda: browser.get("/nowhere"),
        405: lambda: browser.client.put(address),
        409: lambda: browser.post(address, {**form, "action": "Nothing"}),
        413: lambda: browser.post(address, {**form, "x": "x" * 20_000}),
    }

    answer = answers[status]()

    assert answer.status_code == status
    headers = answer.headers
    assert headers["X-Frame-Options"] == "deny"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert status != 405 or set(headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_form_may_lead_to_the_redirect_uri_and_nowhere_else(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()

    def targets(answer: Any) -> str:
        return re.search(r"form-action ([^;]*)", answer.headers["Content-Security-Policy"])[1]

    assert targets(browser.get(address)) == "'self' https://pis.example.ua"
    browser.does(address, "Decline")
    assert targets(browser.get(address)) == "'self'"


class Meanwhile(MemoryStore[Any]):
    """Lets something happen between two readings of one request."""

    happens: Any = None

    def load(self, id: str) -> Any:
        found = super().load(id)
        if self.happens:
            happens, self.happens = self.happens, None
            happens()
        return found


def test_an_act_that_another_tab_overtakes_between_two_readings_is_stale(start: Any) -> None:
    store = Meanwhile()
    web = start(store=store)
    browser = web.browser()
    address = browser.opens()
    form = browser.form(address)
    store.happens = lambda: browser.post(address, {**form, "action": "Decline"})

    assert browser.post(address, {**form, "action": "Confirm"}).location == address
    assert "Ви відмовилися" in browser.get(address).text
    assert web.ledger()["register"] == 0


class Slow:
    """A gateway that waits to be let go before it registers anybody."""

    def __init__(self, gateway: SandboxGateway) -> None:
        self._gateway = gateway
        self.reached, self.go = threading.Event(), threading.Event()

    def perform(self, call: Any) -> Any:
        if call.name == "register":
            self.reached.set()
            assert self.go.wait(30)
        return self._gateway.perform(call)


def slow(start: Any, patience: float) -> tuple[Web, Slow]:
    port = Slow(None)  # type: ignore[arg-type]
    web = start(port=port, patience=patience)
    port._gateway = SandboxGateway(web.esoz)
    return web, port


def test_a_double_click_waits_for_the_first_one_and_is_not_seen(start: Any) -> None:
    web, port = slow(start, patience=30)
    browser = web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    answers: list[tuple[str, bool]] = []

    def click() -> None:
        location = browser.post(address, form).location
        answers.append((location, port.go.is_set()))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    clicks[0].start()
    assert port.reached.wait(30)
    clicks[1].start()
    clicks[1].join(0.3)
    port.go.set()
    for one in clicks:
        one.join(30)

    assert answers == [(address, True), (address, True)]
    assert "Надання доступу" in browser.get(address).text
    assert web.ledger()["register"] == 1


def test_only_so_many_answers_wait_for_calls_and_the_others_say_at_once_that_one_is_under_way(start: Any) -> None:
    web, port = slow(start, patience=30)
    browser = web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    clicks = [threading.Thread(target=browser.post, args=(address, form))]
    clicks[0].start()
    assert port.reached.wait(30)
    clicks += [threading.Thread(target=browser.get, args=(address,)) for _ in range(MOST_WAITING)]
    for click in clicks[1:]:
        click.start()
    pages: list[str] = []
    while not any("ще виконується" in page for page in pages):  # until every place is taken
        last = threading.Thread(target=lambda: pages.append(browser.get(address).text))
        last.start()
        last.join(0.2)
        clicks.append(last)
    port.go.set()
    for click in clicks:
        click.join(30)

    assert web.ledger()["register"] == 1


def test_a_page_of_a_call_under_way_says_so_and_offers_to_look_again(start: Any) -> None:
    web, port = slow(start, patience=0)
    browser = web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    click = threading.Thread(target=browser.post, args=(address, form))
    click.start()
    assert port.reached.wait(30)
    waiting = browser.get(address)
    looked = browser.post(address, {**hidden(waiting.text), "action": "Check"})
    port.go.set()
    click.join(30)

    assert waiting.status_code == 200
    assert "Запит до ЕСОЗ ще виконується" in waiting.text
    assert looked.location == address
    assert "Надання доступу" in browser.get(address).text
    assert web.ledger()["register"] == 1


def test_a_call_whose_process_died_becomes_an_unknown_result_when_somebody_looks(start: Any) -> None:
    class Dies:
        def perform(self, call: Any) -> Any:
            if call.name == "register":
                raise SystemExit
            return SandboxGateway(web.esoz).perform(call)

    web = start(port=Dies(), patience=0)
    browser = web.browser()
    address = browser.opens()
    with pytest.raises(SystemExit):
        browser.does(address, "Confirm")
    waiting = hidden(browser.get(address).text)

    web.clock.forward(timedelta(seconds=31))
    browser.post(address, {**waiting, "action": "Check"})

    assert "Результат реєстрації невідомий" in browser.get(address).text


def test_a_page_that_was_open_too_long_is_over_and_its_form_does_nothing(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    form = {**browser.form(address), "action": "Confirm"}
    web.clock.forward(timedelta(hours=1))

    assert browser.post(address, form).location == address
    assert "Час, відведений на цей крок, минув" in browser.get(address).text
    assert web.ledger() == {"register": 0, "approve": 0}


class FailingStore(MemoryStore[Any]):
    error: Exception | None = None

    def load(self, id: str) -> Any:
        if self.error:
            raise self.error
        return super().load(id)


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (StoreFailed("disk", hint="wait", code="store_full"), 503, "Стан реєстрації не вдалося прочитати"),
        (RuntimeError("canary-7f3a"), 500, "Сталася внутрішня помилка"),
    ],
)
def test_a_failure_is_a_page_that_tells_nothing_of_its_cause(
    start: Any, caplog: pytest.LogCaptureFixture, error: Exception, status: int, text: str
) -> None:
    store = FailingStore()
    browser = start(store=store).browser()
    address = browser.opens()
    store.error = error

    with caplog.at_level(logging.DEBUG):
        failed = browser.get(address)

    assert failed.status_code == status
    assert text in failed.text
    assert f'href="{address}"' in failed.text
    assert "canary" not in failed.text + caplog.text
    assert type(error).__name__ in caplog.text or "store_full" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        ForeignSnapshot(expected="confidant_sign_up.auth_ui v2", found="confidant_sign_up.auth_ui v1"),
        UnreadableSnapshot("its format is not known here", code="unknown_format"),
    ],
)
def test_a_sign_up_that_this_version_cannot_carry_on_is_over_and_says_where_to_begin(
    start: Any, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    store = FailingStore()
    browser = start(store=store).browser()
    address = browser.opens()
    store.error = error

    gone = browser.get(address)

    assert gone.status_code == 410
    assert "розпочато в іншій версії системи" in gone.text
    assert "Поверніться до ПІС" in gone.text
    assert f'href="{address}"' not in gone.text
    assert str(error) in caplog.text


def test_a_sign_up_whose_link_was_never_read_is_lost_and_not_waited_for(web: Web) -> None:
    browser = web.browser()
    address = browser.opens()
    (kept,) = web.store._kept.values()
    kept.snapshot = web.engine.flow.begin(kept.snapshot.id, RandomIds(), web.clock.now()).snapshot

    assert browser.get(address).status_code == 404


def test_a_host_service_mounts_the_pages_where_it_likes_and_keeps_its_own_templates(web: Web) -> None:
    host = Flask("host")
    host.jinja_env.autoescape = False
    host.register_blueprint(auth_ui_pages(web.engine), url_prefix="/esoz", name="sign_up")
    host.add_url_rule("/", "home", lambda: "the host's own page")
    browser = Browser(host.test_client())
    address = browser.opens("/esoz" + link())

    assert address.startswith("/esoz/confidant/sign-up/")
    page = browser.get(address)
    assert f'action="{address}"' in page.text
    assert 'href="/esoz/confidant/static/pages.css"' in page.text
    assert browser.get("/esoz/confidant/static/pages.css").status_code == 200
    assert browser.does(address, "Confirm").location == address
    assert page.headers["X-Frame-Options"] == "deny"
    assert "X-Frame-Options" not in browser.get("/").headers


def test_handlers_of_the_host_for_its_own_errors_leave_the_pages_as_they_are(web: Web) -> None:
    host = Flask("host")
    host.register_blueprint(auth_ui_pages(web.engine))
    for code in (403, 404, 413):
        host.register_error_handler(code, lambda error: ("the host's own page", error.code))
    browser = Browser(host.test_client())
    address = browser.opens()
    form = browser.form(address) | {"action": "Confirm"}

    assert "Форму надіслано не з цієї сторінки" in browser.post(address, form | {"form_token": "x"}).text
    assert "Сторінку не знайдено" in browser.get("/confidant/sign-up/short").text
    assert "Надіслано забагато даних" in browser.post(address, form | {"x": "x" * 20_000}).text
    assert browser.get("/elsewhere").text == "the host's own page"


def test_whoever_lost_the_page_of_a_registered_patient_is_not_told_to_register_again(web: Web) -> None:
    opened = link()
    web.browser().at_consent()  # and the browser, or this service, forgets everything
    browser = web.browser()

    again = browser.get(browser.opens(opened)).text

    assert "Користувач з таким ідентифікаційним номером вже існує" in again
    assert "спершу спробуйте увійти від імені пацієнта" in again
    assert "почати спочатку" not in again


@pytest.mark.parametrize(
    "message",
    [
        "User with such tax_id already exists",
        "Relationship between confidant patient and related patient already exists",
    ],
)
def test_a_registration_refused_because_there_is_one_asks_for_no_new_request(web: Web, message: str) -> None:
    web.esoz.script(Fault(endpoint="register", kind="status", status=409, type="conflict", message=message))
    browser = web.browser()

    refused = browser.get(browser.does(browser.opens(), "Confirm").location).text

    assert "спершу спробуйте увійти від імені пацієнта" in refused
    assert "новий запит" not in refused


@pytest.mark.parametrize("flow", [sign_up, pis])
def test_an_engine_of_another_flow_is_refused(web: Web, flow: Any) -> None:
    ports = {"esoz": SandboxGateway(web.esoz), "vault": MemoryVault()}
    with pytest.raises(UsageError) as refused:
        auth_ui_pages(Engine(flow(), store=MemoryStore(), ports=ports))

    assert refused.value.code == "foreign_flow"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&amp;"])
def test_what_esoz_says_is_shown_as_text(start: Any, name: str) -> None:
    web = start()
    web.esoz._backend.registry.clients[SEED.pis.id].name = name
    browser = web.browser()
    web.esoz.script(Fault(endpoint="approve", kind="status", status=422, message=name))
    address = browser.at_consent()
    browser.does(address, "Accept")

    html = browser.get(address).text

    assert html.count(str(escape(name))) == 2
    assert name not in html.replace(str(escape(name)), "")
