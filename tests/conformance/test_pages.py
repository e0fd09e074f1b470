"""Pages of any make are read leniently, and operated as a browser would."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest

from esozflow.adapters.conformance import browser as browsing
from esozflow.adapters.conformance import secrecy
from esozflow.adapters.conformance.browser import Asked, Browser, Hop, origin, pressing
from esozflow.adapters.conformance.checks import SiteFailed
from esozflow.adapters.conformance.html import Page
from esozflow.adapters.serving.server import served

FORM = """
<FORM method=Post action="/go?x=1" id=f>
 <input name=a value=1><input name=b type=checkbox><input name=c type=checkbox checked value=yes>
 <input type=radio name=d value=1><input type=radio name=d value=2 checked>
 <select name=e><option value=1>One<option selected>Two</select><select name=g><option value=3>Three</select>
 <textarea name=h>text &amp; more</textarea><input name=i disabled value=9><input type=file name=j>
 <input type=reset name=k value=k><button type=button name=l value=l>Nothing</button>
 <p>Unclosed <b>text
 <button name=act value=yes>  Go
   on </button><input type=submit name=act value=No>
</FORM>
<input name=m form=f value=far><button form=f aria-label="Far away" name=act value=far></button>
<a href="/next">Next <i>page</i></a><script>var hidden = "<p>unseen</p>"</script>
<input name=loose><textarea readonly name=kept></textarea>
"""


def test_a_form_sends_what_a_browser_would_send() -> None:
    page = Page(FORM)
    control = page.control(["go on"])
    assert control is not None
    assert control.form is not None
    sent = control.form.filled({}, control.element)
    assert sent == [
        *(("a", "1"), ("c", "yes"), ("d", "2"), ("e", "Two"), ("g", "3"), ("h", "text & more"), ("act", "yes")),
        ("m", "far"),
    ]
    filled = control.form.filled({"a": "2", "b": "x", "c": "", "d": "1", "e": "1", "h": "other"}, control.element)
    assert dict(filled) == {"a": "2", "b": "on", "d": "1", "e": "1", "g": "3", "h": "other", "act": "yes", "m": "far"}


@pytest.mark.parametrize("name", ["Go on", "GO  ON", "yes", "No", "far away", "next page"])
def test_a_control_is_found_by_its_text_value_or_label(name: str) -> None:
    assert Page(FORM).control([name]) is not None


@pytest.mark.parametrize("name", ["Nothing", "k", "unseen", ""])
def test_what_nobody_can_press_is_no_control(name: str) -> None:
    assert Page(FORM).control([name]) is None


def test_the_earlier_name_is_preferred() -> None:
    control = Page(FORM).control(["Not there", "No", "Go on"])
    assert control is not None
    assert control.element.get("value") == "No"


def test_what_a_reader_sees_is_compared_without_case_blanks_and_signs() -> None:
    page = Page("<style>p {}</style><p>Зіновій <b>Перевірочний</b></p><p>+380 50 111-22-33</p>")
    assert page.says("зіновій  перевірочний")
    assert not page.says("p {}")
    assert page.shows("+380501112233")
    assert not page.shows("+380501112234")


def test_what_is_shown_without_scripts_is_seen() -> None:
    assert Page("<script>no()</script><noscript><p>Without scripts</p></noscript>").text == "Without scripts"


def test_data_in_fields_are_seen_but_for_what_fields_hide() -> None:
    page = Page("<input readonly value='Перевірочний'><input type=hidden value=a><input type=checkbox value=b>")
    assert page.text == "Перевірочний"


def test_fields_that_can_be_changed_are_found_in_forms_and_beside_them() -> None:
    assert [one.get("name") for one in Page(FORM).editable()] == [*"abcdd", "e", "g", "h", "j", "m", "loose"]


def test_where_a_page_leads_is_read() -> None:
    page = Page('<META http-equiv=Refresh content="0; URL=\'/after\'"><img src=/a.png><a href="">x</a>')
    assert page.refreshes_to == "/after"
    assert page.addresses() == ["/a.png"]
    assert Page('<meta http-equiv=refresh content="5">').refreshes_to is None


@pytest.mark.parametrize("html", ["<![if IE]>", "<![else[x]]>", "<![CDATA[x]]>", "<!>", "<!a", "<", "&#xFFFFFFFF;"])
def test_odd_markup_is_read_past(html: str) -> None:
    assert Page(f"<p>before{html}</p> <button>Go</button><p>after</p>").text.startswith("before")
    assert Page(f"{html}\n<p>after</p>").forms == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.example:443/x?y", "https://a.example"),
        ("http://a.example:8080/", "http://a.example:8080"),
        ("https://a.example:port/", ""),
        ("javascript:alert(1)", "javascript://"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: str) -> None:
    assert origin(url) == expected


@contextmanager
def site(**pages: tuple[str, list[tuple[str, str]], str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Pages by their paths: status, headers, body. What was asked for is kept."""
    asked: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        asked.append({**environ, "sent": sent})
        status, headers, body = pages.get(environ["PATH_INFO"].strip("/") or "home", ("404 Not Found", [], ""))
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [body.encode()]

    with served(app, threads=1) as url:
        yield url, asked


def _to(location: str, status: str = "302 Found") -> tuple[str, list[tuple[str, str]], str]:
    return status, [("Location", location)], ""


def test_redirects_and_refreshing_pages_are_followed_on_the_site_and_no_further() -> None:
    refreshing = ("200 OK", [], '<meta http-equiv="refresh" content="0;url=/third">')
    pages = {"home": _to("/second"), "second": refreshing, "third": _to("https://elsewhere.example/?code=1")}
    with site(**pages) as (url, asked):
        seen = Browser(url).open(url + "/")
    assert seen.left_to == "https://elsewhere.example/?code=1"
    assert [one["PATH_INFO"] for one in asked] == ["/", "/second", "/third"]


def test_a_form_is_sent_again_only_by_the_redirects_that_ask_for_it() -> None:
    form = ("200 OK", [], "<form method=post action=/keep><input name=a value=1><button>Go</button></form>")
    with site(home=form, keep=_to("/drop", "307 Temporary Redirect"), drop=_to("/end"), end=form) as (url, asked):
        browser = Browser(url)
        first = browser.open(url + "/")
        control = first.page.control(["go"])
        assert control is not None
        browser.press(first, control, {"a": "2"})
    assert [(one["REQUEST_METHOD"], one["sent"]) for one in asked] == [
        *(("GET", ""), ("POST", "a=2"), ("POST", "a=2"), ("GET", ""))
    ]


def test_a_form_in_parts_and_a_form_by_get_are_sent_as_such() -> None:
    html = (
        "<form method=post enctype=multipart/form-data action=/p><input name=a value=1><button>Parts</button></form>"
        "<form action='/g?old=1'><input name=a value='1 2'><button formaction=/h?old=2>Get</button></form>"
    )
    with site(home=("200 OK", [], html)) as (url, asked):
        browser = Browser(url)
        first = browser.open(url + "/")
        for name in ("parts", "get"):
            control = first.page.control([name])
            assert control is not None
            browser.press(first, control)
    assert 'name="a"' in asked[1]["sent"]
    assert asked[1]["CONTENT_TYPE"].startswith("multipart/form-data; boundary=")
    assert (asked[2]["PATH_INFO"], parse_qsl(asked[2]["QUERY_STRING"])) == ("/h", [("a", "1 2")])


def test_cookies_come_back_as_from_a_browser_at_loopback() -> None:
    cookie = [("Set-Cookie", "__Host-a=1; Secure; HttpOnly; Path=/; SameSite=Lax"), ("Set-Cookie", "b=2; Path=/")]
    with site(home=("200 OK", cookie, "")) as (url, asked):
        browser = Browser(url)
        browser.open(url + "/")
        browser.open(url + "/again")
    assert asked[1]["HTTP_COOKIE"] in ("__Host-a=1; b=2", "b=2; __Host-a=1")
    assert browser.cookie_header(without=frozenset({"b"})) == "__Host-a=1"
    assert browser.trail[0].cookies == tuple(value for _, value in cookie)


def test_a_form_or_link_that_leads_off_the_site_is_not_followed() -> None:
    html = "<form method=post action='https://elsewhere.example/'><input name=a value=1><button>Go</button></form>"
    with site(home=("200 OK", [], html)) as (url, asked):
        browser = Browser(url)
        first = browser.open(url + "/")
        control = first.page.control(["go"])
        assert control is not None
        assert pressing(first, control).form == [("a", "1")]
        assert browser.press(first, control).left_to == "https://elsewhere.example/"
    assert len(asked) == 1


UNREADABLE = "http://[::1/"


def test_addresses_that_nobody_can_read_lead_nowhere_and_are_told_as_they_are() -> None:
    html = f"<a href='{UNREADABLE}'>Link</a><form action='{UNREADABLE}'><button>Form</button></form>"
    refreshing = f'<meta http-equiv=refresh content="0;url={UNREADABLE}">'
    with site(home=("200 OK", [], html), to=_to(UNREADABLE), by=("200 OK", [], refreshing)) as (url, _):
        browser = Browser(url)
        first = browser.open(url + "/")
        for name in ("link", "form"):
            control = first.page.control([name])
            assert control is not None
            assert browser.press(first, control).left_to == UNREADABLE
        assert [browser.open(f"{url}/{name}").left_to for name in ("to", "by")] == [UNREADABLE] * 2


def test_addresses_are_read_from_the_base_that_a_page_names() -> None:
    html = "<base href='/app/'><base href='/not/'><a href=next>Link</a><form action=do><button>Form</button></form>"
    refreshing = "<base href='/app/'><meta http-equiv=refresh content='0;url=shown'>"
    with site(home=("200 OK", [], html), by=("200 OK", [], refreshing)) as (url, asked):
        browser = Browser(url)
        first = browser.open(url + "/")
        for name in ("link", "form"):
            control = first.page.control([name])
            assert control is not None
            browser.press(first, control)
        browser.open(url + "/by")
    assert [one["PATH_INFO"] for one in asked] == ["/", "/app/next", "/app/do", "/by", "/app/shown"]


def answered(cookies: tuple[str, ...] = (), **headers: str) -> Hop:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = Asked(url="https://site.example/")
    return Hop(asked=asked, status=200, headers=given, cookies=cookies, html="<p>Page</p>")


@pytest.mark.parametrize(
    ("policy", "keeps"),
    [
        ("no-referrer", True),
        ("Same-Origin", True),
        ("strict-origin-when-cross-origin", True),
        ("unsafe-url, no-referrer", True),
        ("no-referrer, none-such", True),
        ("no-referrer, unsafe-url", False),
        ("no-referrer-when-downgrade", False),
        ("", False),
    ],
)
def test_of_several_referrer_policies_the_last_known_one_counts(policy: str, keeps: bool) -> None:
    told = {one.says: one.holds for one in secrecy.headers([answered(Referrer_Policy=policy)])}
    assert told["Referrer-Policy keeps addresses on the site"] is keeps


def test_a_cookie_that_is_taken_back_needs_no_attributes() -> None:
    kept, gone = "visit=1; Secure; HttpOnly; SameSite=Lax", "visit=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/"
    assert all(one.holds for one in secrecy.cookies([answered((kept, gone))]))
    assert [one.holds for one in secrecy.cookies([answered((gone,))])] == [None]


def test_a_circle_and_a_silent_site_are_told() -> None:
    with site(home=_to("/")) as (url, _), pytest.raises(SiteFailed, match="in a circle"):
        Browser(url).open(url + "/")
    with pytest.raises(SiteFailed, match="did not answer"):
        Browser(url).open(url + "/?token=secret")


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\n\r\nunpacked"


@contextmanager
def sending(head: bytes, body: bytes = b"") -> Iterator[str]:
    """A site that sends this to everybody, the body again and again until nobody listens."""
    over = threading.Event()

    def answer(listening: socket.socket) -> None:
        with suppress(OSError), listening.accept()[0] as peer:
            peer.recv(65536)
            peer.sendall(head)
            while body and not over.wait(0.0 if len(body) > 1 else 0.05):
                peer.sendall(body)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ("head", "body", "told"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", b"", "not in HTTP"),
        (PACKED, b"", "no browser can show"),
        (HEAD + b"Content-Length: 9\r\n\r\nshort", b"", "no browser can show"),
        (HEAD + b"\r\n", b"a" * 65536, "no browser can show"),
        (HEAD + b"\r\n", b"a", "not answer in time"),
    ],
    ids=["no-http", "not-packed", "cut-off", "endless", "dripping"],
)
def test_an_answer_that_is_none_is_told(head: bytes, body: bytes, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing, "LARGEST_PAGE", 1024 * 1024)
    with sending(head, body) as url, pytest.raises(SiteFailed, match=told):
        Browser(url, timeout=0.5 if len(body) == 1 else 20.0).open(url)


def test_a_site_without_tls_and_one_that_only_waits_are_told() -> None:
    with (
        sending(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url,
        pytest.raises(SiteFailed, match="speaks no TLS") as failed,
    ):
        Browser(url.replace("http:", "https:")).open(url.replace("http:", "https:"))
    assert "--ca-bundle" in failed.value.hint
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        url = f"http://127.0.0.1:{waiting.getsockname()[1]}"
        with pytest.raises(SiteFailed, match="did not answer in time"):
            Browser(url, timeout=0.2).open(url)


def test_an_unknown_encoding_is_read_as_utf_8() -> None:
    page = ("200 OK", [("Content-Type", "text/html; charset=none-such")], "<p>Їжак</p>")
    with sending(HEAD.replace(b"html", b"html; charset=none-such") + b"\r\n" + page[2].encode()) as url:
        assert Browser(url).open(url).page.text == "Їжак"
