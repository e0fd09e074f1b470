"""HTTP itself: envelopes, limits, hostile bytes, many callers, the process."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esozflow.adapters.sandbox import AdvanceClock, Esoz, Request, SandboxSettings, Seed, run_sandbox, serve
from esozflow.flow import InvalidInput, UsageError

from ...sizes import size

POSTS = [
    "/api/pis/confidant/sign-up_validation",
    "/api/pis/confidant/register",
    "/oauth/apps/authorize",
    "/oauth/tokens",
    "/auth/logout",
    "/sandbox/faults",
    "/sandbox/knobs",
]


def talk(driver, sent, patience=5):
    """Send bytes, end the sending, give all that comes back."""
    host, port = driver.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
    return got


def test_a_request_id_is_echoed_and_an_odd_one_replaced(driver):
    answer = driver.get("/api/dictionaries?name=GENDER", headers={"X-Request-ID": "mine#1"})
    assert answer.headers["X-Request-ID"] == answer.json()["meta"]["request_id"] == "mine#1"
    one, two = (driver.get("/api/dictionaries?name=GENDER").json()["meta"]["request_id"] for _ in range(2))
    assert one.split("#")[0] == two.split("#")[0]
    assert int(two.split("#")[1]) == int(one.split("#")[1]) + 1
    odd = driver.get("/api/dictionaries?name=GENDER", headers={"X-Request-ID": "a b"})
    assert odd.json()["meta"]["request_id"].startswith(one.split("#")[0])


def test_the_envelope_names_url_type_and_code(driver):
    meta = driver.get("/api/dictionaries?name=GENDER").json()["meta"]
    assert meta["url"] == f"{driver.url}/api/dictionaries"
    assert (meta["type"], meta["code"]) == ("list", 200)
    response = driver.esoz.handle(Request("GET", "/api/dictionaries", headers={"Host": "auth.example.ua:80"}))
    assert response.json()["meta"]["url"] == "http://auth.example.ua/api/dictionaries"


def test_an_unknown_path_is_404_and_a_wrong_method_405(driver, refusal):
    assert refusal(driver.get("/api/unknown"))[:2] == (404, "not_found")
    answer = driver.get("/oauth/tokens")
    assert refusal(answer)[:2] == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"
    for method in ("HEAD", "OPTIONS", "PUT", "PATCH", "BREW"):
        assert driver.call(method, "/oauth/tokens").status_code == 405


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
@pytest.mark.parametrize("path", POSTS)
def test_another_content_type_is_415_in_json(driver, refusal, path, content_type):
    answer = driver.call("POST", path, data=b"{}", headers={"Content-Type": content_type})
    status, kind, text, _ = refusal(answer)
    assert (status, kind) == (415, "content_type_invalid")
    assert text.startswith("Invalid Content-Type header.")
    assert answer.json()["error"]["invalid"] == [{"entry_type": "header", "entry": "Content-Type"}]


def test_a_content_type_may_have_parameters_and_capitals(driver):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    answer = driver.call("POST", "/oauth/tokens", data=b'{"token": {}}', headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_ten_megabytes_is_413(driver, refusal, chunked):
    body = b" " * (10 * 1024 * 1024 + 1)
    data = (body[start : start + 65536] for start in range(0, len(body), 65536)) if chunked else body
    answer = driver.call("POST", "/oauth/tokens", data=data, headers={"Content-Type": "application/json"})
    assert refusal(answer)[:3] == (413, "request_too_large", "Request body is too large.")


def test_a_body_of_ten_megabytes_is_read(driver):
    body = b'{"token": {}}'.ljust(10 * 1024 * 1024)
    answer = driver.call("POST", "/oauth/tokens", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_in_process_a_body_beyond_ten_megabytes_is_413_too():
    headers = {"Content-Type": "application/json"}
    assert Esoz().handle(Request("POST", "/oauth/tokens", {}, headers, b" " * 10_485_761)).status == 413


def test_a_url_of_a_hundred_kilobytes_is_read_and_a_larger_head_is_refused(driver, refusal):
    assert driver.get("/api/dictionaries?name=GENDER&x=" + "a" * 128 * 1024).status_code == 200
    answer = driver.get("/api/dictionaries?x=" + "a" * 400 * 1024)
    assert refusal(answer)[0] == 431


def test_too_many_query_parameters_are_400(driver, refusal):
    assert refusal(driver.get("/api/dictionaries?" + "a=1&" * 2000))[0] == 400


def test_a_kept_connection_serves_many_calls(driver):
    for _ in range(50):
        driver.get("/oauth/clients/x/details")
    assert len(driver.esoz.ledger.records) == 0
    assert len(driver.http.adapters["http://"].poolmanager.pools) == 1


def test_expect_100_continue_is_answered(driver):
    head = b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    got = talk(driver, head + b"Expect: 100-continue\r\nConnection: close\r\n\r\n{}")
    assert got.startswith(b"HTTP/1.1 100")
    assert b"HTTP/1.1 400" in got


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA\x00: b\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc",
        b"\r\n" * 5 + b"G\xd0\x94T / HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_an_envelope_and_the_connection_ends(driver, sent):
    got = talk(driver, sent)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.split()[1] in {b"400", b"431", b"501", b"505"}
    assert json.loads(body)["error"]["type"] == "request_malformed"
    assert driver.esoz.internal_errors == 0


def test_an_absolute_target_and_an_asterisk_are_understood(driver):
    got = talk(driver, b"GET http://x/api/dictionaries?name=GENDER HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200")
    got = talk(driver, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 404")


def test_an_old_http_1_0_caller_is_served(driver):
    got = talk(driver, b"GET /api/dictionaries?name=GENDER HTTP/1.0\r\nHost: x\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200")


FUZZ = settings(max_examples=size(150), deadline=None, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "token", "app", "jwt", "otp", "signed_content", "signed_content_encoding", "grant_type", "client_id",
    "client_secret", "code", "redirect_uri", "refresh_token", "scope", "faults", "knobs", "knob", "endpoint", "kind",
]  # fmt: skip
NAMED = st.recursive(
    JSON | st.sampled_from(["base64", "authorization_code", "refresh_token", "YQ==", Seed().pis.id, Seed().pis.secret]),
    lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def esoz():
    return Esoz()


def is_sound(esoz, response):
    body = response.json()
    assert response.status < 500
    assert esoz.internal_errors == 0
    if "meta" in body:
        assert body["meta"]["code"] == response.status
        assert ("data" in body) != ("error" in body)
    assert b"Traceback" not in response.body


@FUZZ
@given(path=st.sampled_from(POSTS), body=st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode))
def test_arbitrary_bytes_as_a_body_get_an_envelope(esoz, path, body):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {Seed().confidant.access_token}"}
    is_sound(esoz, esoz.handle(Request("POST", path, {}, headers, body)))


@FUZZ
@given(path=st.sampled_from(POSTS[:5]), body=st.dictionaries(st.sampled_from(FIELDS), NAMED, max_size=8))
def test_odd_values_in_known_fields_get_an_envelope(esoz, path, body):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {Seed().confidant.access_token}"}
    is_sound(esoz, esoz.handle(Request("POST", path, {}, headers, json.dumps(body).encode())))


@FUZZ
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT"]) | st.text(max_size=8),
    path=st.sampled_from(["/oauth/user/apps", "/user/roles", "/api/v2/dictionaries", *POSTS]) | st.text(max_size=30),
    query=st.dictionaries(
        st.text(max_size=10) | st.sampled_from(["name", "client_id", "scope"]), st.text(), max_size=4
    ),
    headers=st.dictionaries(
        st.sampled_from(["Authorization", "X-Request-ID", "Host", "Content-Type", "api-key", "drfo", "surname"])
        | st.text(max_size=10),
        st.text() | st.text().map("Bearer {}".format),
        max_size=5,
    ),
)
def test_hostile_headers_queries_and_paths_get_an_envelope(esoz, method, path, query, headers):
    is_sound(esoz, esoz.handle(Request(method, path, query, headers, b"{}")))


def test_hostile_bytes_over_the_socket_never_break_the_sandbox(driver):
    source = random.Random(3)
    start = b"POST /oauth/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    for _ in range(150):
        sent = bytearray(start)
        for _ in range(source.randint(1, 6)):
            sent[source.randrange(len(sent))] = source.randrange(256)
        got = talk(driver, bytes(sent))
        assert not got or got.startswith(b"HTTP/1.1 ")
        assert b"Traceback" not in got
    assert driver.esoz.internal_errors == 0
    assert driver.get("/api/dictionaries?name=GENDER").status_code == 200


def at_once(count, call):
    barrier = threading.Barrier(count)

    def one(_):
        with requests.Session() as http:
            http.trust_env = False
            barrier.wait()
            return call(http)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_fifty_callers_with_one_code_get_one_token(driver, refusal):
    fields = {
        "grant_type": "authorization_code",
        "client_id": driver.pis.id,
        "client_secret": driver.pis.secret,
        "code": driver.code(),
        "redirect_uri": driver.redirect_uri,
    }
    answers = at_once(50, lambda http: http.post(f"{driver.url}/oauth/tokens", json={"token": fields}, timeout=10))
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 49
    assert {refusal(answer)[2] for answer in answers if answer.status_code == 401} == {"Token has already been used."}
    assert driver.counts()["exchange"] == 1


def test_fifty_callers_with_one_jwt_register_one_patient(driver):
    body, path = driver.body(jwt=driver.jwt()), "/api/pis/confidant/register"
    answers = at_once(50, lambda http: http.post(driver.url + path, json=body, timeout=10))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["data"]["person"]["id"] for answer in answers}) == 1
    assert driver.counts()["register"] == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com", "::", ""])
def test_it_serves_this_machine_only(host):
    with pytest.raises(UsageError, match="this machine only"), serve(Esoz(), host):
        pass


def test_a_taken_port_is_told(driver):
    port = int(driver.url.rpartition(":")[2])
    with pytest.raises(UsageError, match="cannot listen"), serve(Esoz(), port=port):
        pass
    with pytest.raises(UsageError, match="cannot listen"), serve(Esoz(), port=99_999):
        pass


def test_it_can_be_reached_by_ipv6_where_there_is_one():
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with serve(Esoz(), "::1") as url, requests.Session() as http:
            http.trust_env = False
            assert http.get(f"{url}/api/dictionaries?name=GENDER", timeout=5).json()["meta"]["url"].startswith(url)
    except UsageError:
        pytest.skip("no IPv6 here")


def test_after_the_end_nobody_answers():
    with serve(Esoz()) as url, requests.Session() as http:
        http.trust_env = False
        assert http.get(f"{url}/sandbox/ledger", timeout=5).status_code == 200
    host, port = url.removeprefix("http://").split(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


def test_a_mistake_of_the_sandbox_itself_is_an_envelope_without_a_trace(monkeypatch):
    esoz = Esoz()
    monkeypatch.setattr(esoz, "_backend", None)
    response = esoz.handle(Request("GET", "/oauth/clients/x/details"))
    assert (response.status, response.json()["error"]) == (500, {"type": "internal_error"})
    assert esoz.internal_errors == 1


def test_a_mistake_of_the_server_ends_the_connection_and_is_counted(driver, monkeypatch):
    monkeypatch.setattr(driver.esoz, "handle", lambda request: 1 / 0)
    assert talk(driver, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert driver.esoz.internal_errors == 1
    driver.esoz.internal_errors = 0


def test_settings_and_seed_refuse_what_they_do_not_know():
    for wrong in ({"surprise": 1}, {"code_ttl_seconds": 0}, {"signature_mode": "external"}, {"otp_code": "x"}):
        with pytest.raises(InvalidInput):
            SandboxSettings.read(wrong)
    with pytest.raises(UsageError, match="no trusted root"):
        Esoz(SandboxSettings(signature_mode="cms"))


def test_in_process_knobs_are_objects():
    esoz = Esoz()
    before = esoz.now()
    esoz.turn(AdvanceClock(seconds=60))
    assert (esoz.now() - before).total_seconds() >= 60


def test_the_sandbox_knows_nothing_of_the_flow_it_judges():
    own = [path for path in Path(sys.modules[Esoz.__module__].__file__).parent.glob("*.py") if path.stem != "gateway"]
    assert own
    assert not [path.name for path in own if "states" in path.read_text(encoding="utf-8")]


@pytest.fixture
def child():
    """A sandbox in a process of its own, stopped by the test."""
    command = [sys.executable, "-W", "error", "-m", "esozflow.adapters.cli"]
    command += ["sandbox", "--json", "--signatures", "plain"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("end", ["SIGTERM", "SIGINT", "stdin"])
def test_in_a_process_of_its_own_it_tells_its_url_and_stops_when_told(child, end):
    url = json.loads(child.stdout.readline())["base_url"]
    with requests.Session() as http:
        http.trust_env = False
        assert http.get(f"{url}/sandbox/ledger", timeout=5).json()["counts"]["register"] == 0
    if end == "stdin":
        child.stdin.close()
    else:
        child.send_signal(getattr(signal, end))
    assert child.wait(30) == 0
    assert child.stdout.read() == b""
    assert child.stderr.read() == b""


def test_run_in_a_thread_it_announces_itself_and_ends_with_standard_input(monkeypatch):
    reading, writing = os.pipe()
    announced = []
    told = threading.Event()

    def announce(line):
        announced.append(json.loads(line))
        told.set()

    with os.fdopen(reading, "rb", closefd=True) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        thread = threading.Thread(target=run_sandbox, kwargs={"announce": announce})
        thread.start()
        assert told.wait(5)
        os.close(writing)
        thread.join(5)
        assert not thread.is_alive()
    assert announced[0]["base_url"].startswith("http://127.0.0.1:")
