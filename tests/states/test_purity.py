"""The declaration is pure: same input, equal output, and no clock, socket or randomness is touched."""

from __future__ import annotations

import ast
import os
import random
import secrets
import socket
import threading
import time
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from esozflow.states import flow as flow_module
from esozflow.states.flow import sign_up
from esozflow.states.settings import Settings


def test_the_same_step_taken_twice_gives_equal_results_and_leaves_its_input_alone(
    examples: SimpleNamespace, variation: Settings
) -> None:
    flow = sign_up(variation)
    for snapshot, _ in examples.walk(flow, *examples.way_to("register")):
        for event in examples.EVENTS:
            if (snapshot.state, type(event)) not in flow.table:
                continue
            before = deepcopy(snapshot)
            first = outcome(flow, snapshot, event, examples.NOW)
            second = outcome(flow, snapshot, event, examples.NOW)
            assert first == second
            assert snapshot == before


def outcome(flow: Any, snapshot: Any, event: Any, now: Any) -> object:
    from esozflow.flow import EventRefused

    try:
        stepped = flow.step(snapshot, event, now)
    except EventRefused as refusal:
        return refusal.code
    return stepped, flow.page(stepped.snapshot)


def test_a_whole_sign_up_runs_without_clock_socket_and_randomness(
    examples: SimpleNamespace, variation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> Any:
        raise AssertionError("the declaration reached for the world")

    names = {
        time: ("time", "time_ns", "monotonic", "perf_counter", "sleep"),
        socket: ("socket", "create_connection", "getaddrinfo"),
        random: ("random", "randint", "choice", "getrandbits", "Random"),
        secrets: ("token_bytes", "token_hex", "token_urlsafe", "choice"),
        os: ("urandom", "getenv"),
    }
    flow_module._whole.cache_clear()
    with monkeypatch.context() as patched:
        for module, attributes in names.items():
            for attribute in attributes:
                patched.setattr(module, attribute, forbidden)
        flow = sign_up(variation)
        snapshots = list(examples.walk(flow, *examples.way_to("scope_names")))
        pages = [flow.page(snapshot) for snapshot, _ in snapshots]
    assert len(pages) == 8


def test_no_module_of_the_flow_imports_what_touches_the_world() -> None:
    banned = {
        "time",
        "socket",
        "random",
        "secrets",
        "os",
        "requests",
        "subprocess",
        "http",
        "pickle",
        "logging",
        "uuid",
    }
    folder = Path(str(flow_module.__file__)).parent
    for module in folder.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            assert not {name.split(".")[0] for name in names} & banned, module.name
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"now", "today", "utcnow"}, module.name
            if isinstance(node, ast.Name):
                assert node.id not in {"eval", "exec", "open", "print"}, module.name


def test_many_threads_step_through_one_shared_flow(examples: SimpleNamespace) -> None:
    flow, ends = sign_up(), list[str]()

    def go() -> None:
        ends.append(str(examples.at(flow, *(event for event, _ in examples.WAY)).state))

    threads = [threading.Thread(target=go) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == ["signed_up"] * 20
