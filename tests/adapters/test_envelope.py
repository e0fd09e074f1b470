"""From bytes to outcomes: nothing but an outcome comes out, whatever goes in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from esozflow.adapters.envelope import outcome_of
from esozflow.flow import Outcome, Unanswered
from esozflow.states.answers import Answered, ApiError

from ..sizes import size

MALFORMED = Unanswered(reason="malformed")


def answered(status: int, body: bytes | dict[str, Any], headers: dict[str, str] | None = None) -> Answered:
    outcome = outcome_of(status, headers or {}, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert isinstance(outcome, Answered)
    return outcome


def test_the_data_of_a_success_are_given_as_they_are() -> None:
    body = {"meta": {"code": 200, "request_id": "id#1"}, "data": {"name": "Їжак", "n": [1, None, True]}, "paging": {}}
    assert answered(200, body) == Answered(status=200, data={"name": "Їжак", "n": [1, None, True]}, request_id="id#1")


@pytest.mark.parametrize("data", [None, [], {}, "", 0, False])
def test_empty_data_are_data(data: Any) -> None:
    assert answered(200, {"data": data}).data == data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b'"data"',
        b"<html></html>",
        b'{"data":{}',
        b'{"data":{}} {}',
        b'{"data":1,"data":2}',
        b'{"data":{"token":"a","token":"b"}}',
        b'{"data":{},"error":{}}',
        b'{"data":{},"error":null}',
        b'{"error":{"type":"x"}}',
        b'{"data":NaN}',
        b'{"data":-Infinity}',
        b'{"data":1e999}',
        b'{"data":' + b"1" * 5000 + b"}",
        b'{"data":"\\ud800"}',
        b'{"data":{"\\udc00":1}}',
        b'{"data":"\xff"}',
        b'\xef\xbb\xbf{"data":{}}',
        '{"data":{}}'.encode("utf-16"),
        '{"data":"Їжак"}'.encode("cp1251"),
        b'{"data":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"data":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"}",
        b'{"data":' + b"[" * 100 + b"]" * 100 + b"}",
        b"[" * 1_000_000,
    ],
)
def test_a_success_without_one_readable_data_is_malformed_and_any_other_status_is_an_answer(body: bytes) -> None:
    assert outcome_of(200, {}, body) == outcome_of(201, {}, body) == MALFORMED
    for status in (302, 404, 500):
        assert answered(status, body).data is None


@pytest.mark.parametrize("status", [-1, 0, 100, 101, 199, 1000, 10**30])
def test_a_status_that_is_no_final_answer_is_malformed(status: int) -> None:
    assert outcome_of(status, {}, b'{"data":{}}') == MALFORMED


def test_an_error_envelope_is_read_with_the_descriptions_of_all_rules_in_order() -> None:
    rules = [
        {"rule": "required", "params": {}, "description": "one"},
        {"rule": "cast", "params": [], "description": "two"},
    ]
    error = {
        "type": "validation_failed",
        "message": "Validation failed.",
        "invalid": [{"entry": "$.a", "rules": rules}, {"rules": [{"description": "three"}]}],
    }
    assert answered(422, {"error": error}).error == ApiError(
        type="validation_failed", message="Validation failed.", descriptions=("one", "two", "three")
    )


@pytest.mark.parametrize(
    "body",
    [{"message": "too many requests"}, {"errors": {"detail": "Internal server error"}}, {"error": "x"}, {"error": []},
     {"error": None}, {"error": {"type": "x"}, "data": {}}],
)  # fmt: skip
def test_other_shapes_of_errors_say_nothing(body: dict[str, Any]) -> None:
    assert answered(500, body) == Answered(status=500)
    assert answered(500, body).outcome_unknown


@pytest.mark.parametrize(
    "error",
    [
        {},
        {"type": 1, "message": ["x"], "invalid": "no"},
        {"type": None, "message": "", "invalid": None},
        {"invalid": [1, None, "x", [], {"rules": 1}, {"rules": [1, None, {"description": 5}, {"description": ""}]}]},
    ],
)
def test_wrong_types_inside_an_error_are_passed_over(error: dict[str, Any]) -> None:
    assert answered(422, {"error": error}).error == ApiError()


def test_long_texts_and_many_descriptions_are_cut() -> None:
    rules = [{"description": "d" * 5000}] * 500
    error = answered(422, {"error": {"message": "m" * 5000, "invalid": [{"rules": rules}]}}).error
    assert error is not None
    assert len(error.message or "") == 2000
    assert [len(one) for one in error.descriptions] == [2000] * 100


def test_the_redirect_is_the_location_header_else_the_urgent_one() -> None:
    urgent = {"data": {}, "urgent": {"redirect_uri": "https://b.example"}}
    assert answered(201, urgent, {"LOCATION": "https://a.example"}).redirect == SecretStr("https://a.example")
    assert answered(201, urgent).redirect == SecretStr("https://b.example")
    for odd in (None, 1, [], {}, {"redirect_uri": 1}, {"redirect_uri": ""}, {"redirect_uri": {}}):
        assert answered(201, {"data": {}, "urgent": odd}).redirect is None


def test_the_request_id_is_the_header_else_the_meta_one_and_always_harmless() -> None:
    meta = {"data": {}, "meta": {"request_id": "meta#2"}}
    assert answered(200, meta, {"x-request-id": "header#1"}).request_id == "header#1"
    for odd in ("", "tab\there", "new\nline", "ї", "\x1b[31m", "a\x00"):
        assert answered(200, meta, {"X-Request-ID": odd}).request_id == "meta#2"
    assert answered(200, {"data": {}, "meta": {"request_id": "x" * 1000}}).request_id == "x" * 128
    for odd_meta in (None, [], "x", {"request_id": 5}, {"request_id": "\u202e"}):
        assert answered(200, {"data": {}, "meta": odd_meta}).request_id is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("17", 17), (" 5 ", 5), ("3601", 3600), ("999999999999", None), ("-1", None), ("1.5", None), ("", None),
     ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600), ("٣", None),
     ("Thu, 99 Foo 2026 00:00:00 GMT", None), ("Mon, 01 Jan 0000 00:00:00 -9999", None)],
)  # fmt: skip
def test_retry_after_is_read_and_capped(value: str, seconds: float | None) -> None:
    assert answered(429, {}, {"Retry-After": value}).retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 58 <= (answered(503, {}, {"retry-after": value}).retry_after or 0) <= 60


def test_an_outcome_shows_neither_data_nor_messages_nor_the_redirect() -> None:
    body = b'{"data":{"token":"canary"}}'
    success = answered(201, body, {"Location": "https://a.example?code=canary"})
    refusal = answered(
        401, {"error": {"type": "x", "message": "canary", "invalid": [{"rules": [{"description": "canary"}]}]}}
    )
    assert "canary" not in f"{success!r} {success} {refusal!r} {refusal} {refusal.error!r}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
keys = st.sampled_from(["data", "error", "urgent", "meta", "errors", "message"])
inner_keys = st.sampled_from(["type", "message", "invalid", "rules", "description", "redirect_uri", "request_id"])
envelopes = st.dictionaries(keys, json_values | st.dictionaries(inner_keys, json_values)).map(
    lambda value: json.dumps(value).encode()
)
header_names = st.sampled_from(["Location", "X-Request-ID", "Retry-After", "retry-after", "Content-Type"]) | st.text()


@settings(max_examples=size(200), deadline=None)
@given(
    st.integers(), st.dictionaries(header_names, st.text() | st.datetimes().map(format_datetime)),
    st.binary() | envelopes,
)  # fmt: skip
def test_only_outcomes_come_out(status: int, headers: dict[str, str], body: bytes) -> None:
    outcome = outcome_of(status, headers, body)
    assert isinstance(outcome, Outcome)
    if isinstance(outcome, Answered):
        assert outcome.status == status
        assert outcome.data is None or 200 <= status < 300
        assert outcome.retry_after is None or 0 <= outcome.retry_after <= 3600
        assert outcome.request_id is None or outcome.request_id.isascii()


@settings(max_examples=size(150), deadline=None)
@given(st.sampled_from([200, 201, 302, 401, 422, 500]), envelopes, st.data())
def test_a_damaged_envelope_is_still_only_an_outcome(status: int, body: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(body)))
    damaged = body[:position] + data.draw(st.binary(max_size=3)) + body[position + data.draw(st.integers(0, 3)) :]
    assert isinstance(outcome_of(status, {}, damaged), Answered | Unanswered)
