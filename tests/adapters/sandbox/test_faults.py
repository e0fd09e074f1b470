"""Scripted faults, each over a real socket and in process."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
import tracemalloc

import pytest
import requests

from esozflow.adapters.sandbox import Dropped, Esoz, Fault, Request, serve
from esozflow.adapters.sandbox.faults import gzip_bomb
from esozflow.flow import InvalidInput

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def registering(driver):
    jwt = driver.jwt()
    return lambda: driver.register(jwt=jwt)


def approving(driver):
    session = driver.session()
    return lambda: driver.approve(session)


def exchanging(driver):
    code = driver.code()
    return lambda: driver.exchange(code)


def refreshing(driver):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    return lambda: driver.refresh(refresh_token)


def leaving(driver):
    value = driver.tokens()["value"]
    return lambda: driver.call("POST", "/auth/logout", bearer=value)


CALLS = {
    "validate": lambda driver: driver.validate,
    "register": registering,
    "approve": approving,
    "exchange": exchanging,
    "refresh": refreshing,
    "logout": leaving,
}


def raw_answer(driver, path="/api/dictionaries?name=GENDER", patience=2):
    """All bytes of one answer, until the connection closes or `patience` seconds pass."""
    host, port = driver.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
    return got


@pytest.mark.parametrize("endpoint", CALLS)
@pytest.mark.parametrize("after_effect", [False, True])
def test_a_dropped_call_is_done_or_not_as_scripted_and_has_no_answer(driver, endpoint, after_effect):
    call = CALLS[endpoint](driver)
    before = driver.counts()[endpoint]
    driver.faults({"endpoint": endpoint, "kind": "drop", "after_effect": after_effect})
    with pytest.raises(BROKEN):
        call()
    assert driver.counts()[endpoint] == before + after_effect


def test_in_process_a_dropped_call_is_an_exception():
    esoz = Esoz()
    esoz.script(
        Fault(endpoint="dictionaries", kind="drop"), Fault(endpoint="dictionaries", kind="drop", after_effect=True)
    )
    request = Request("GET", "/api/dictionaries", {"name": "GENDER"})
    for after_effect in (False, True):
        with pytest.raises(Dropped) as dropped:
            esoz.handle(request)
        assert dropped.value.after_effect is after_effect
    assert esoz.handle(request).status == 200


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 415, 422, 424, 429, 500, 501, 502, 503, 504, 505])
def test_a_forced_status_comes_in_an_envelope_and_instead_of_the_effect(driver, refusal, status):
    driver.faults({"endpoint": "validate", "kind": "status", "status": status, "type": "t", "message": "m"})
    answer = driver.validate()
    assert refusal(answer) == (status, "t", "m", None)
    assert driver.counts()["validate"] == 0
    assert driver.validate().status_code == 200


def test_a_forced_status_can_come_after_the_effect_with_headers_and_without_an_envelope(driver):
    headers = {"Retry-After": "7"}
    fault = {"endpoint": "validate", "kind": "status", "headers": headers, "envelope": False, "message": "later"}
    driver.faults({**fault, "status": 503, "after_effect": True})
    answer = driver.validate()
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (503, {"message": "later"}, "7")
    assert driver.counts()["validate"] == 1
    crash = '{"errors":{"detail":"Internal server error"}}'
    driver.faults({"endpoint": "validate", "kind": "status", "status": 500, "body": crash})
    assert driver.validate().text == crash


@pytest.mark.parametrize("status", [204, 304])
def test_a_forced_status_without_a_body_has_none(driver, status):
    driver.faults({"endpoint": "validate", "kind": "status", "status": status})
    answer = driver.validate()
    assert (answer.status_code, answer.content) == (status, b"")


def test_faults_are_used_up_in_order_and_by_their_own_endpoint(driver):
    driver.faults(
        {"endpoint": "validate", "kind": "status", "status": 503, "times": 2},
        {"endpoint": "dictionaries", "kind": "status", "status": 500},
        {"endpoint": "validate", "kind": "status", "status": 429},
    )
    assert [driver.validate().status_code for _ in range(4)] == [503, 503, 429, 200]
    assert [driver.get("/api/dictionaries").status_code for _ in range(2)] == [500, 200]


def test_faults_can_be_forgotten(driver):
    driver.faults({"endpoint": "validate", "kind": "drop", "times": 5})
    assert driver.call("DELETE", "/sandbox/faults").json()["pending_faults"] == 0
    assert driver.validate().status_code == 200


def test_a_refresh_has_faults_of_its_own(driver):
    refresh_token = driver.tokens()["details"]["refresh_token"]
    driver.faults({"endpoint": "refresh", "kind": "status", "status": 503})
    assert driver.exchange("x").status_code == 401
    assert driver.refresh(refresh_token).status_code == 503


def test_a_delayed_answer_comes_late_and_is_done(driver):
    driver.faults({"endpoint": "validate", "kind": "delay", "seconds": 0.2})
    start = time.monotonic()
    assert driver.validate().status_code == 200
    assert time.monotonic() - start >= 0.2


def test_a_caller_that_does_not_wait_finds_the_effect_in_the_ledger(driver):
    jwt = driver.jwt()
    driver.faults({"endpoint": "register", "kind": "delay", "seconds": 30})
    with pytest.raises(requests.ReadTimeout):
        driver.http.post(driver.url + "/api/pis/confidant/register", json=driver.body(jwt=jwt), timeout=0.3)
    assert driver.counts()["register"] == 1


def test_a_truncated_body_ends_before_its_announced_length(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "truncated"})
    head, _, body = raw_answer(driver).partition(b"\r\n\r\n")
    announced = int(next(line for line in head.split(b"\r\n") if line.startswith(b"Content-Length")).split(b":")[1])
    assert len(body) == announced // 2
    driver.faults({"endpoint": "dictionaries", "kind": "truncated"})
    with pytest.raises(BROKEN):
        driver.get("/api/dictionaries?name=GENDER")


def test_a_dripping_body_arrives_byte_by_byte(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "drip", "seconds": 0.001})
    assert driver.get("/api/dictionaries?name=GENDER").status_code == 200
    driver.faults({"endpoint": "dictionaries", "kind": "drip", "seconds": 5})
    with pytest.raises(requests.RequestException):
        driver.http.get(driver.url + "/api/dictionaries", timeout=0.3)


def test_a_huge_body_is_streamed_and_costs_the_sandbox_no_memory(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "huge", "size": 100 * 1024 * 1024})
    tracemalloc.start()
    with driver.http.get(driver.url + "/api/dictionaries?name=GENDER", stream=True, timeout=10) as answer:
        assert "Content-Length" not in answer.headers
        got = 0
        for chunk in answer.iter_content(65536):
            got += len(chunk)
            if got > 20 * 1024 * 1024:
                break
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


def test_a_huge_body_read_to_its_end_is_as_long_as_scripted_and_still_json(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "huge", "size": 1_000_000})
    answer = driver.get("/api/dictionaries?name=GENDER")
    assert len(answer.content) == 1_000_000
    assert answer.json()["data"][0]["name"] == "GENDER"


def test_a_gzip_bomb_is_small_until_it_is_unpacked(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "gzip_bomb", "size": 20 * 1024 * 1024 + 5})
    with driver.http.get(driver.url + "/api/dictionaries", stream=True, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert int(answer.headers["Content-Length"]) < 100_000
        assert sum(map(len, answer.iter_content(1 << 20))) == 20 * 1024 * 1024 + 5
    assert gzip_bomb(5) == gzip_bomb(5)


def test_bytes_that_are_no_http_are_sent_as_they_are(driver):
    driver.faults({"endpoint": "dictionaries", "kind": "not_http"})
    assert raw_answer(driver) == b"SSH-2.0-OpenSSH_9.6\r\n"


def test_a_redirect_points_elsewhere_and_nothing_is_done(driver):
    driver.faults({"endpoint": "validate", "kind": "redirect", "location": "https://evil.example/"})
    answer = driver.validate()
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://evil.example/")
    driver.faults({"endpoint": "validate", "kind": "redirect", "status": 303})
    assert driver.validate().status_code == 303
    assert driver.counts()["validate"] == 0


def test_garbage_is_garbage_and_the_effect_took_place(driver):
    driver.faults({"endpoint": "validate", "kind": "html"}, {"endpoint": "validate", "kind": "broken_json"})
    html = driver.validate()
    assert html.headers["Content-Type"].startswith("text/html")
    assert html.text.startswith("<!DOCTYPE html>")
    with pytest.raises(ValueError, match="Expecting"):
        driver.validate().json()
    assert driver.counts()["validate"] == 2


def test_wrong_types_keep_the_names_and_change_every_value(driver):
    driver.faults({"endpoint": "exchange", "kind": "wrong_types"}, {"endpoint": "user_roles", "kind": "wrong_types"})
    data = driver.exchange().json()["data"]
    assert isinstance(data["value"], int)
    assert isinstance(data["expires_at"], str)
    assert isinstance(data["details"]["refresh_token"], int)
    roles = driver.get("/user/roles?client_id=x", bearer=driver.confidant.access_token).json()["data"]
    assert isinstance(roles, dict)


def test_duplicate_keys_hide_the_data_from_a_careless_reader(driver):
    driver.faults({"endpoint": "validate", "kind": "duplicate_keys"})
    pairs = json.loads(driver.validate().text, object_pairs_hook=lambda found: found)
    assert [name for name, _ in pairs].count("data") == 2


def test_a_missing_token_leaves_the_rest(driver):
    for endpoint, name in (("validate", "token"), ("register", "access_token"), ("exchange", "value")):
        driver.knobs({"knob": "reset"})
        call = CALLS[endpoint](driver)
        driver.faults({"endpoint": endpoint, "kind": "missing_token"})
        data = call().json()["data"]
        assert name not in data
        assert data
    driver.knobs({"knob": "reset"})
    call = CALLS["approve"](driver)
    driver.faults({"endpoint": "approve", "kind": "missing_token"})
    answer = call()
    assert "Location" not in answer.headers
    assert "urgent" not in answer.json()


def test_a_spoiled_fault_without_effect_spoils_an_error(driver):
    driver.faults({"endpoint": "validate", "kind": "truncated", "after_effect": False})
    with pytest.raises(BROKEN):
        driver.validate()
    assert driver.counts()["validate"] == 0


@pytest.mark.parametrize(
    "fault",
    [
        {"endpoint": "elsewhere", "kind": "drop"},
        {"endpoint": "validate", "kind": "wish"},
        {"endpoint": "validate", "kind": "status", "status": 100},
        {"endpoint": "validate", "kind": "status", "headers": {"X": "a\r\nY: b"}},
        {"endpoint": "validate", "kind": "status", "headers": {"content-length": "5"}},
        {"endpoint": "validate", "kind": "redirect", "location": "\n"},
        {"endpoint": "validate", "kind": "delay", "seconds": -1},
        {"endpoint": "validate", "kind": "drop", "surprise": 1},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_process_and_over_http(driver, fault):
    with pytest.raises(InvalidInput):
        Fault.read(fault)
    answer = driver.post("/sandbox/faults", {"faults": [fault]})
    assert answer.status_code == 422
    assert "is not valid" in answer.json()["error"]["message"]


def test_a_knob_that_makes_no_sense_is_refused(driver):
    for knob in (
        {"knob": "wish"},
        {"knob": "block_client", "client_id": "x"},
        {"knob": "block_user", "user_id": "x"},
        {"knob": "forget_person", "person_id": "x"},
        {"knob": "advance_clock", "seconds": 1e300},
        {"knob": "expire", "what": "everything"},
    ):
        assert driver.post("/sandbox/knobs", {"knobs": [knob]}).status_code == 422
    far = {"knob": "advance_clock", "seconds": 4e9}
    assert driver.post("/sandbox/knobs", {"knobs": [far] * 80}).status_code == 422
    not_json = driver.call("POST", "/sandbox/knobs", data=b"{", headers={"Content-Type": "application/json"})
    assert not_json.status_code == 400
    assert driver.call("POST", "/sandbox/knobs", data=b"{}").status_code == 415
    assert driver.call("PUT", "/sandbox/knobs").status_code == 405
    assert driver.get("/sandbox/elsewhere").status_code == 404


def test_scopes_can_be_taken_from_roles_and_client_types(driver, refusal):
    session = driver.session()
    driver.knobs({"knob": "take_scope", "scope": "app:read_pis", "of": "roles"})
    assert "role based" in refusal(driver.approve(session))[2]
    driver.knobs({"knob": "take_scope", "scope": "app:read_pis", "of": "client_type"})
    assert "client type" in refusal(driver.approve(session))[2]


def test_a_stopping_server_waits_for_no_delay_and_no_drip():
    esoz = Esoz()
    esoz.script(
        Fault(endpoint="dictionaries", kind="delay", seconds=600),
        Fault(endpoint="dictionaries", kind="drip", seconds=600),
    )
    before = threading.active_count()
    with serve(esoz) as url:
        host, port = url.removeprefix("http://").split(":")
        waiting = [socket.create_connection((host, int(port)), timeout=5) for _ in range(2)]
        for connection in waiting:
            connection.sendall(b"GET /api/dictionaries HTTP/1.1\r\nHost: x\r\n\r\n")
        assert select.select(waiting, [], [], 5)[0]
    for connection in waiting:
        connection.close()
    for _ in range(100):
        if threading.active_count() <= before:
            return
        time.sleep(0.01)
    pytest.fail("a thread of the server is still waiting")
