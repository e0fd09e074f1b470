"""Redirect URIs: a grant code goes to the requested URI or nowhere."""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from urllib3.util import parse_url

from esozflow.states.answers import ApiError
from esozflow.states.flow import auth_ui, sign_up
from esozflow.states.redirects import MAX_LENGTH, MAX_RETURNED, code_in, host_of, is_safe, origin_of, with_parameters
from esozflow.states.settings import Settings

from ..sizes import size

URI = "https://pis.example.ua/oauth/callback"

# Whatever the approval returns instead of the requested URI, and whatever a browser brings as one.
HOSTILE = (
    # another host, told by user info
    "https://pis.example.ua@evil.example/oauth/callback",
    "https://pis.example.ua:443@evil.example/oauth/callback",
    "https://a@pis.example.ua@evil.example/oauth/callback",
    "https://user:password@pis.example.ua/oauth/callback",
    "https://@pis.example.ua/oauth/callback",
    "https://pis.example.ua%40evil.example/oauth/callback",
    "https://pis.example.ua%2f@evil.example/oauth/callback",
    "https://pis.example.ua%5c@evil.example/oauth/callback",
    "https://pis.example.ua%00@evil.example/oauth/callback",
    # another host, told by back slashes
    "https://pis.example.ua\\@evil.example/oauth/callback",
    "https://evil.example\\@pis.example.ua/oauth/callback",
    "https://evil.example\\.pis.example.ua/oauth/callback",
    "https:\\\\pis.example.ua/oauth/callback",
    "https://pis.example.ua\\oauth\\callback",
    # what parsers drop or normalise
    "https://pis.exam\tple.ua/oauth/callback",
    "https://pis.example.ua/oauth/\tcallback",
    "https://pis.example.ua/oauth/callback\n",
    "\nhttps://pis.example.ua/oauth/callback",
    "https://pis.example.ua/oauth/callback\r\nLocation: https://evil.example",
    " https://pis.example.ua/oauth/callback",
    "https://pis.example.ua/oauth/callback ",
    "https://pis.example.ua /oauth/callback",
    "https://pis.example.ua/oauth/callback\x00",
    "https://pis.example.ua\x00.evil.example/oauth/callback",
    "https://pis.example.ua/oauth/callback\x7f",
    "\ufeffhttps://pis.example.ua/oauth/callback",
    # hosts that are nearly the same
    "https://pis.example.ua./oauth/callback",
    "https://pis.example.ua../oauth/callback",
    "https://.pis.example.ua/oauth/callback",
    "https://pis..example.ua/oauth/callback",
    "https://PIS.example.ua/oauth/callback",
    "https://pis.Example.ua/oauth/callback",
    "https://-pis.example.ua/oauth/callback",
    "https://pis-.example.ua/oauth/callback",
    "https://pis_example.ua/oauth/callback",
    "https://pis.examplе.ua/oauth/callback",
    "https://рis.example.ua/oauth/callback",
    "https://pis.example。ua/oauth/callback",
    "https://pis.example.ua\uff0foauth/callback",
    "https://ℙis.example.ua/oauth/callback",
    "https://pis.example.ua\u200b/oauth/callback",
    "https://pis%2eexample%2eua/oauth/callback",
    f"https://{'a' * 64}.example.ua/oauth/callback",
    # ports
    "https://pis.example.ua:/oauth/callback",
    "https://pis.example.ua:0/oauth/callback",
    "https://pis.example.ua:080/oauth/callback",
    "https://pis.example.ua:65536/oauth/callback",
    "https://pis.example.ua:99999/oauth/callback",
    "https://pis.example.ua:443:443/oauth/callback",
    "https://pis.example.ua:-1/oauth/callback",
    "https://pis.example.ua:a/oauth/callback",
    "https://pis.example.ua:１/oauth/callback",
    # schemes
    "http://pis.example.ua/oauth/callback",
    "HTTPS://pis.example.ua/oauth/callback",
    "//pis.example.ua/oauth/callback",
    "/oauth/callback",
    "https:/pis.example.ua/oauth/callback",
    "https:pis.example.ua/oauth/callback",
    "https:///pis.example.ua/oauth/callback",
    "https://",
    "https:///",
    "javascript:alert(1)",
    "javascript://pis.example.ua/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vbscript:msgbox(1)",
    "blob:https://pis.example.ua/1",
    "view-source:https://pis.example.ua/",
    "ua.example.pis:/oauth/callback",
    "",
    # addresses
    "https://127.1/oauth/callback",
    "https://2130706433/oauth/callback",
    "https://0x7f000001/oauth/callback",
    "https://0x7f.1/oauth/callback",
    "https://0177.0.0.1/oauth/callback",
    "https://10.0.0.1/oauth/callback",
    "https://[::ffff:127.0.0.1]/oauth/callback",
    "https://[2001:db8::1]/oauth/callback",
    "https://[::1]evil.example/oauth/callback",
    "https://[::1%25eth0]/oauth/callback",
    "https://[::1/oauth/callback",
    "https://::1/oauth/callback",
    "http://localhost.evil.example/oauth/callback",
    "http://evil.localhost/oauth/callback",
    "https://pis/oauth/callback",
    # paths
    "https://pis.example.ua/oauth/../evil",
    "https://pis.example.ua/oauth/./callback",
    "https://pis.example.ua/oauth/..",
    "https://pis.example.ua/oauth/..;/callback",
    "https://pis.example.ua/oauth/%2e%2e/callback",
    "https://pis.example.ua/oauth/.%2E/callback",
    "https://pis.example.ua/oauth%2fcallback",
    "https://pis.example.ua/oauth%5ccallback",
    "https://pis.example.ua/oauth/call%0d%0aback",
    "https://pis.example.ua/oauth/callback%00",
    "https://pis.example.ua/oauth/callback%7f",
    "https://pis.example.ua/oauth/callback%",
    "https://pis.example.ua/oauth/callback%zz",
    "https://pis.example.ua/oauth/<script>",
    'https://pis.example.ua/oauth/"callback"',
    "https://pis.example.ua/oauth/{callback}",
    "https://pis.example.ua/oauth/cаllback",
    f"https://pis.example.ua/{'a' * MAX_LENGTH}",
    # fragments and parameters
    "https://pis.example.ua/oauth/callback#",
    "https://pis.example.ua/oauth/callback#code=1",
    "https://pis.example.ua/oauth/callback?#",
    "https://pis.example.ua/oauth/callback?code=evil",
    "https://pis.example.ua/oauth/callback?a=1&code=",
    "https://pis.example.ua/oauth/callback?a=1;code=evil",
    "https://pis.example.ua/oauth/callback?Code=evil",
    "https://pis.example.ua/oauth/callback?c%6fde=evil",
    "https://pis.example.ua/oauth/callback?state=evil",
    "https://pis.example.ua/oauth/callback?error=access_denied",
    "https://pis.example.ua/oauth/callback?error_description=x",
    "https://pis.example.ua/oauth/callback?a=[1]",
    "https://pis.example.ua/oauth/callback?a=\\",
)

LEGITIMATE = (
    URI,
    "https://pis.example.ua",
    "https://pis.example.ua/",
    "https://pis.example.ua?a=1",
    "https://pis.example.ua:8443/oauth/callback",
    "https://pis.example.ua:65535/oauth/callback",
    "https://xn--80ak6aa92e.example/cb",
    "https://a.b.c.d.example/cb",
    "https://1.example/cb",
    "https://pis.example.ua/a//b;p=1/c,d/~e/f.g/",
    "https://pis.example.ua/%D1%96?next=/a/b?c",
    "https://pis.example.ua/cb?a=1&b=%20&a=2&empty=&flag",
    "http://localhost:8000/cb",
    "http://127.0.0.1:8000/cb",
    "http://[::1]:8000/cb",
    "https://localhost/cb",
)

# (requested, returned): the code is not taken from an answer that differs in any way but the added code
FOREIGN = (
    *((URI, with_parameters(uri, [("code", "c")])) for uri in HOSTILE),
    *((URI, f"{uri}{'&' if '?' in uri else '?'}code=c") for uri in LEGITIMATE if uri != URI),
    (URI, URI),
    (URI, f"{URI}?"),
    (URI, f"{URI}?code="),
    (URI, f"{URI}?code"),
    (URI, f"{URI}?Code=c"),
    (URI, f"{URI}?code=c&code=c"),
    (URI, f"{URI}?code=c&code="),
    (URI, f"{URI}?code=c&state=s"),
    (URI, f"{URI}?code=c&a=1"),
    (URI, f"{URI}?code=c&error=access_denied"),
    (URI, f"{URI}?code=c#"),
    (URI, f"{URI}?code=c\n"),
    (URI, f"{URI}?code=c&"[:-1] + " "),
    (URI, f"{URI}/?code=c"),
    (URI, f"{URI[:-1]}?code=c"),
    (URI, f"{URI}%20?code=c"),
    (URI, f"{URI};a?code=c"),
    (URI, f"{URI}?code={'c' * MAX_RETURNED}"),
    (f"{URI}?a=1", f"{URI}?code=c"),
    (f"{URI}?a=1", f"{URI}?a=2&code=c"),
    (f"{URI}?a=1", f"{URI}?a=1&a=1&code=c"),
    (f"{URI}?a=1&a=1", f"{URI}?a=1&code=c"),
    (f"{URI}?a=%ff", f"{URI}?a=%fe&code=c"),
    (f"{URI}?a=1&b=2", f"{URI}?a=2&b=1&code=c"),
    (f"{URI}?a", f"{URI}?code=c"),
    ("https://evil.example\\@pis.example.ua/", "https://evil.example\\@pis.example.ua/?code=c"),
    (f"{URI}?code=evil", f"{URI}?code=evil"),
    (f"{URI}#", f"{URI}#?code=c"),
)

ACCEPTED = (
    (URI, f"{URI}?code=cTdH%2BT0%3D", "cTdH+T0="),
    (URI, f"{URI}?code=c&"[:-1], "c"),
    (f"{URI}?a=1", f"{URI}?a=1&code=c", "c"),
    (f"{URI}?param=1", f"{URI}?code=c&param=1", "c"),
    (f"{URI}?b=2&a=1", f"{URI}?a=1&b=2&code=c", "c"),
    (f"{URI}?a=%D1%96", f"{URI}?a=%d1%96&code=c", "c"),
    (f"{URI}?a=%20x", f"{URI}?a=+x&code=c", "c"),
    (f"{URI}?a=%2F", f"{URI}?a=/&code=c", "c"),
    (f"{URI}?a=1&a=1", f"{URI}?a=1&a=1&code=c", "c"),
    (f"{URI}?a", f"{URI}?a=&code=c", "c"),
    (f"{URI}?", f"{URI}?code=c", "c"),
    ("http://127.0.0.1:8000/cb", "http://127.0.0.1:8000/cb?code=c", "c"),
)


def test_there_are_more_than_sixty_hostile_uris_and_none_is_listed_twice() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) > 60


@pytest.mark.parametrize("uri", HOSTILE)
def test_a_hostile_redirect_uri_is_unsafe(uri: str) -> None:
    assert not is_safe(uri)


@pytest.mark.parametrize("uri", HOSTILE)
def test_no_redirect_is_issued_to_a_hostile_redirect_uri(examples: SimpleNamespace, uri: str) -> None:
    flow = auth_ui()

    *_, (snapshot, call) = examples.walk(flow, examples.opened(redirect_uri=uri))

    assert (snapshot.state, call) == ("params_refused", None)
    assert flow.page(snapshot).leads_to is None


@pytest.mark.parametrize("uri", LEGITIMATE)
def test_an_ordinary_redirect_uri_is_safe(uri: str) -> None:
    assert is_safe(uri)


def test_the_longest_safe_uri_is_accepted_and_one_character_more_is_not() -> None:
    assert is_safe(f"{URI}/{'a' * (MAX_LENGTH - len(URI) - 1)}")
    assert not is_safe(f"{URI}/{'a' * (MAX_LENGTH - len(URI))}")


@pytest.mark.parametrize(("requested", "returned"), FOREIGN)
def test_no_code_is_taken_from_any_other_uri_than_the_requested_one(requested: str, returned: str) -> None:
    assert code_in(returned, requested) is None


@pytest.mark.parametrize(("requested", "returned", "code"), ACCEPTED)
def test_the_code_is_taken_from_the_requested_uri_reordered_or_encoded_anew(
    requested: str, returned: str, code: str
) -> None:
    assert code_in(returned, requested) == code


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("returned", [returned for requested, returned in FOREIGN if requested == URI])
def test_a_foreign_redirect_in_the_approval_answer_ends_the_sign_up_without_a_redirect(
    examples: SimpleNamespace, returned: str, status: int
) -> None:
    flow = auth_ui()
    answer = examples.answered(status, {}, redirect=SecretStr(returned))

    snapshot = examples.at(flow, *examples.way_to("approve", part="auth_ui"), answer)

    assert snapshot.state == "redirect_refused"
    assert snapshot.context.redirect_url is None
    page = flow.page(snapshot)
    assert page.leads_to is None
    assert examples.codes(page) == ("redirect_foreign", "registered_not_approved")


@pytest.mark.asks("4.7.3", "4.8.1")
@pytest.mark.parametrize("status", [200, 201])
def test_the_browser_is_sent_to_the_returned_uri_with_code_and_state(examples: SimpleNamespace, status: int) -> None:
    flow = auth_ui()
    answer = examples.answered(status, {}, redirect=SecretStr(f"{URI}?code=a%2Fb"))
    odd_state = examples.opened(state=SecretStr("a&code=evil#?=%"))

    snapshot = examples.at(flow, odd_state, *examples.way_to("approve", part="auth_ui")[1:], answer)

    url = flow.page(snapshot).leads_to.get_secret_value()
    assert url == f"{URI}?code=a%2Fb&state=a%26code%3Devil%23%3F%3D%25"


@pytest.mark.parametrize(
    ("changes", "variation"),
    [
        ({"state": None}, Settings()),
        ({"state": SecretStr("")}, Settings()),
        ({}, Settings(append_state=False)),
    ],
)
def test_no_state_is_added_where_none_came_or_the_settings_forbid_it(
    examples: SimpleNamespace, changes: dict[str, object], variation: Settings
) -> None:
    flow = auth_ui(variation)
    way = (examples.opened(**changes), *examples.way_to("approve", part="auth_ui")[1:], examples.APPROVED)

    assert flow.page(examples.at(flow, *way)).leads_to.get_secret_value() == f"{URI}?code=canary-code"


@pytest.mark.parametrize("status", [202, 204, 301, 302, 303, 307])
def test_another_success_with_the_right_uri_is_not_followed(examples: SimpleNamespace, status: int) -> None:
    answer = examples.answered(status, None, redirect=examples.approved())

    assert examples.at(auth_ui(), *examples.way_to("approve", part="auth_ui"), answer).state == "redirect_refused"


labels = st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,10}[a-z0-9])?\Z")
tops = st.from_regex(r"\A[a-z]{2,6}\Z")
segments = st.text("abcXYZ019._~-!$&'()*+,;=:@", max_size=6).filter(lambda one: one not in {".", ".."})
values = st.text(max_size=8, alphabet=st.characters(exclude_categories=("Cs",)))
names = st.text("abcdxyz", min_size=5, max_size=6)


@st.composite
def uris(draw: st.DrawFn) -> str:
    host = ".".join([*draw(st.lists(labels, min_size=1, max_size=3)), draw(tops)])
    port = draw(st.sampled_from(["", ":1", ":8443", ":65535"]))
    path = "".join(f"/{segment}" for segment in draw(st.lists(segments, max_size=3)))
    pairs = draw(st.lists(st.tuples(names, values), max_size=3))
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs)
    return f"https://{host}{port}{path}{'?' + query if query else ''}"


def appendix_b(uri: str) -> str:
    """The host as the regular expression of RFC 3986, appendix B, and its section 3.2 see it."""
    match = re.match(r"^(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", uri)
    assert match
    authority = match.group(2).rpartition("@")[2]
    return re.sub(r":\d*$", "", authority)


@settings(deadline=None, max_examples=size(300))
@given(uri=uris())
def test_three_parsers_agree_on_the_host_of_every_accepted_uri(uri: str) -> None:
    if not is_safe(uri):
        return
    host = urlsplit(uri).hostname
    assert host == appendix_b(uri) == parse_url(uri).host
    assert host_of(uri).split(":")[0] == host


@pytest.mark.parametrize("uri", LEGITIMATE)
def test_three_parsers_agree_on_the_host_of_every_ordinary_uri(uri: str) -> None:
    assert (
        (urlsplit(uri).hostname or "").strip("[]")
        == appendix_b(uri).strip("[]")
        == (parse_url(uri).host or "").strip("[]")
    )


@settings(deadline=None, max_examples=size(300))
@given(uri=uris(), added=st.lists(st.tuples(names, values), min_size=1, max_size=4))
def test_what_is_added_to_a_uri_is_read_back_as_it_was_and_the_rest_stays(
    uri: str, added: list[tuple[str, str]]
) -> None:
    result = with_parameters(uri, added)

    assert result.startswith(uri)
    before = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
    assert parse_qsl(urlsplit(result).query, keep_blank_values=True) == before + added


@settings(deadline=None, max_examples=size(300))
@given(uri=uris(), code=st.text(min_size=1, max_size=20, alphabet=st.characters(max_codepoint=126, min_codepoint=33)))
def test_a_code_added_to_a_safe_uri_is_found_again_and_nothing_else_is(uri: str, code: str) -> None:
    returned = with_parameters(uri, [("code", code)])

    assert code_in(returned, uri) == (code if is_safe(uri) and ";" not in code else None)
    assert code_in(returned + "&extra=1", uri) is None
    assert code_in(returned.replace("https://", "https://evil.", 1), uri) is None


@settings(deadline=None, max_examples=size(500))
@given(uri=st.text(max_size=60) | st.text("htps:/@.%2fe\\#?&=[]1a\t", max_size=40).map(lambda rest: "https://" + rest))
def test_any_text_is_either_unsafe_or_read_alike_by_all_parsers(uri: str) -> None:
    if is_safe(uri):
        assert urlsplit(uri).scheme in ("https", "http")
        assert (urlsplit(uri).hostname or "").strip("[]") == appendix_b(uri).strip("[]")
        assert "@" not in urlsplit(uri).netloc


def test_nothing_added_leaves_the_uri_as_it_is() -> None:
    assert with_parameters(URI, []) == URI


def test_a_user_who_declines_goes_back_only_to_a_known_uri(examples: SimpleNamespace) -> None:
    known = Settings(known_redirects=frozenset({(examples.CLIENT_ID, URI)}))
    for name in ("confirm", "consent"):
        way = (*examples.way_to(name, part="auth_ui"), examples.Decline())
        flow, strange = auth_ui(known), auth_ui(Settings(known_redirects=frozenset({("another", URI)})))

        declined = examples.at(flow, *way)

        assert declined.state == "decline_redirect"
        assert flow.page(declined).leads_to.get_secret_value() == (
            f"{URI}?error=access_denied&error_description=The+user+declined&state=canary-oauth-state"
        )
        assert examples.at(strange, *way).state == "declined"
        assert examples.at(auth_ui(), *way).state == "declined"


@pytest.mark.parametrize("redirect_errors", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_an_error_is_redirected_only_to_a_known_uri_and_only_if_the_settings_say_so(
    examples: SimpleNamespace, redirect_errors: bool, known: bool
) -> None:
    uris = frozenset({(examples.CLIENT_ID, URI)}) if known else frozenset({(examples.CLIENT_ID, "https://a.example/")})
    flow = auth_ui(Settings(redirect_errors=redirect_errors, known_redirects=uris, append_state=False))
    refusal = examples.refused(401, "User is blocked.")
    for name in ("init_validation", "register"):
        page = flow.page(examples.at(flow, *examples.way_to(name, part="auth_ui"), refusal))

        if redirect_errors and known:
            assert page.leads_to.get_secret_value() == (f"{URI}?error=access_denied&error_description=User+is+blocked")
        else:
            assert page.leads_to is None


def test_an_error_without_a_text_is_redirected_without_a_description(examples: SimpleNamespace) -> None:
    known = frozenset({(examples.CLIENT_ID, URI)})
    flow = auth_ui(Settings(redirect_errors=True, known_redirects=known))
    way = (examples.opened(state=None), examples.refused(503, None))

    page = flow.page(examples.at(flow, *way))

    assert page.leads_to.get_secret_value() == f"{URI}?error=temporarily_unavailable"


def test_the_consent_page_shows_the_host_and_nothing_of_the_query(examples: SimpleNamespace) -> None:
    flow = sign_up()
    way = list(examples.way_to("consent"))
    way[3] = examples.opened(redirect_uri="https://pis.example.ua:8443?next=https://bank.example/")

    page = flow.page(examples.at(flow, *way))

    shown = [field.value for group in page.groups for field in group.fields]
    assert "pis.example.ua:8443" in shown
    assert not any("bank.example" in str(value) for value in shown)


def restart_after_a_refusal(examples: SimpleNamespace, known: frozenset[tuple[str, str]]) -> str | None:
    flow = auth_ui(Settings(known_redirects=known))
    validated = examples.way_to("register", part="auth_ui")
    refused = examples.answered(422, error=ApiError(type="validation_failed", message="no"))
    page = flow.page(examples.at(flow, *validated, refused))
    assert page.name == "register_refused"
    return page.restarts_at


def test_an_end_leads_back_to_the_start_of_the_pis_only_where_its_redirect_uri_is_known(
    examples: SimpleNamespace,
) -> None:
    assert restart_after_a_refusal(examples, frozenset({(examples.CLIENT_ID, URI)})) == "https://pis.example.ua/"
    assert restart_after_a_refusal(examples, frozenset({("another-client", URI)})) is None
    assert restart_after_a_refusal(examples, frozenset()) is None


@pytest.mark.parametrize(
    ("uri", "origin"),
    [(URI, "https://pis.example.ua"), ("http://127.0.0.1:8810/cb?a=b", "http://127.0.0.1:8810")],
)
def test_the_origin_of_a_redirect_uri_is_scheme_host_and_port(uri: str, origin: str) -> None:
    assert origin_of(uri) == origin


def test_a_question_mark_in_a_query_is_part_of_it() -> None:
    requested = "https://pis.example.ua/cb?next=/a?b"

    assert code_in(f"{requested}&code=c", requested) == "c"
    assert code_in(f"{requested}?code=c", requested) is None


def test_a_returned_uri_may_be_as_long_as_the_limit_and_no_longer() -> None:
    requested = "https://pis.example.ua/cb"
    room = MAX_RETURNED - len(f"{requested}?code=")

    assert code_in(f"{requested}?code={'c' * room}", requested) == "c" * room
    assert code_in(f"{requested}?code={'c' * (room + 1)}", requested) is None
