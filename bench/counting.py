"""What a piece of work takes, in units that are the same on every machine: instructions, calls, bytes.

Instructions are those of the byte code that was executed, calls those of functions written in Python. What is written
in C counts as the one instruction that calls it. Both depend on the minor version of Python, and on nothing else.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Count:
    instructions: int
    calls: int

    def __sub__(self, other: Count) -> Count:
        return Count(self.instructions - other.instructions, self.calls - other.calls)


def counted(work: Callable[[], object]) -> Count:
    """Run `work` once and count what it executed, in this thread. A tracer must not be at work already."""
    with_own = _monitored if sys.version_info >= (3, 12) else _traced
    return with_own(work) - with_own(_nothing)


def _nothing() -> None:
    pass


def _traced(work: Callable[[], object]) -> Count:
    instructions = calls = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal instructions, calls
        if event == "call":
            calls += 1
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            instructions += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return Count(instructions, calls)


def _monitored(work: Callable[[], object]) -> Count:
    counts = [0, 0]
    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]

    def instruction(code: CodeType, offset: int) -> None:
        counts[0] += 1

    def call(code: CodeType, offset: int) -> None:
        counts[1] += 1

    tool, events = monitoring.PROFILER_ID, monitoring.events
    monitoring.use_tool_id(tool, "esozflow bench")
    try:
        monitoring.register_callback(tool, events.INSTRUCTION, instruction)
        monitoring.register_callback(tool, events.PY_START, call)
        monitoring.set_events(tool, events.INSTRUCTION | events.PY_START)
        work()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return Count(*counts)


_OF_ALL = (type, FunctionType, ModuleType, CodeType)


def held(by: object, *, beside: Iterable[object] = ()) -> int:
    """Give the bytes of everything that is reached from an object, except what is reached from `beside` too.

    Classes, functions and modules belong to no instance and are not entered.
    """
    known = set[int]()
    for one in beside:
        _sum(one, known)
    return _sum(by, known)


def _sum(root: object, known: set[int]) -> int:
    found, todo = 0, [root]
    while todo:
        one = todo.pop()
        if id(one) in known or isinstance(one, _OF_ALL):
            continue
        known.add(id(one))
        found += sys.getsizeof(one)
        todo += gc.get_referents(one)
    return found
