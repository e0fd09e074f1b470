"""Until when a process serves."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from esozflow.adapters.lifetime import serve_until_told_to_stop, told_to_stop

HANG = 30.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_tells_to_stop_and_afterwards_means_what_it_meant_before(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with told_to_stop(watch_stdin=False) as stop:
        assert not stop.is_set()
        signal.raise_signal(number)
        assert stop.wait(HANG)
        signal.raise_signal(number)  # once more changes nothing
    assert signal.getsignal(number) is before


@contextmanager
def input_of(file: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with os.fdopen(file, "rb") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield


def test_the_end_of_standard_input_tells_to_stop_and_what_it_holds_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with input_of(reading, monkeypatch), told_to_stop(watch_stdin=True) as stop:
        os.write(writing, b"something")
        assert not stop.wait(0.1)
        os.close(writing)
        assert stop.wait(HANG)


def test_an_input_that_cannot_be_read_counts_as_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with told_to_stop(watch_stdin=True) as stop:
        assert stop.wait(HANG)


def test_what_serves_is_announced_when_it_is_ready_and_ended_when_told(capsys: pytest.CaptureFixture[str]) -> None:
    happened: list[str] = []

    @contextmanager
    def serving() -> Iterator[str]:
        happened.append("ready")
        yield "http://127.0.0.1:1"
        happened.append("ended")

    def announce(line: str) -> None:
        happened.append(line)
        signal.raise_signal(signal.SIGTERM)

    serve_until_told_to_stop(serving(), watch_stdin=False, announce=announce)
    assert happened == ["ready", '{"base_url": "http://127.0.0.1:1"}', "ended"]
    assert capsys.readouterr().out == ""
