"""What an engine and its adapters are handed, and what to say of it when it is not what was asked for.

Parts are looked at once, when an engine is built of them, and not in the middle of a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .errors import EventRefused, ForeignSnapshot, UsageError
from .events import Event
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .flow import Flow

_STORE = ("create", "load", "commit", "journal")


def called(given: object) -> str:
    """Tell what somebody passed by its type, never by its value."""
    return f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__


def failure(error: Exception) -> str:
    """Tell what code that was called raised: the class and the line, never the text, which may hold personal data."""
    called_at = error.__traceback__ and error.__traceback__.tb_next
    if called_at is None:  # it has no line in Python
        return type(error).__name__
    return f"{type(error).__name__} at {Path(called_at.tb_frame.f_code.co_filename).name}:{called_at.tb_lineno}"


def expect(what: str, given: object, *kinds: type) -> None:
    """Raise `UsageError` for an argument that is of none of these types; where `None` may be given, name its type."""
    if not isinstance(given, kinds):
        names = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
        raise UsageError(
            f"{what} must be of type {names}, not {called(given)}",
            hint="Correct the argument; a type checker finds such mistakes before they run.",
            code="wrong_type",
        )


def expect_able(what: str, given: object, *methods: str) -> None:
    """Raise `UsageError` for an argument that is a class, or has not these methods."""
    if isinstance(given, type) or not all(callable(getattr(given, method, None)) for method in methods):
        raise UsageError(
            f"{what} must be an object with {', '.join(methods)}, not {called(given)}",
            hint="Pass an instance of what the documentation names for this argument.",
            code="wrong_type",
        )


def expect_parts(flow: Flow[Any], store: object, ports: object, clock: object, ids: object, observers: object) -> None:
    """Raise `UsageError` for the first part of an engine that is missing or could not do its work."""
    from .flow import Flow  # which is built of this module

    expect("flow", flow, Flow)
    expect_able("store", store, *_STORE)
    kept = getattr(store, "flow", None)  # of a store that knows what it keeps
    if isinstance(kept, Flow) and (kept.name, kept.version) != (flow.name, flow.version):
        raise UsageError(
            f"The store keeps {kept.name} v{kept.version}, and the engine runs {flow.name} v{flow.version}",
            hint="Give the store the codec of the engine's own flow.",
            code="foreign_store",
        )
    expect("ports", ports, Mapping)
    given = cast("Mapping[str, object]", ports)
    if missing := sorted(flow.ports - given.keys()):
        raise UsageError(
            f"Flow {flow.name} calls ports that were not given: {', '.join(missing)}",
            hint="Pass ports={'name': port} with each of them.",
            code="missing_port",
        )
    for name, port in given.items():
        expect_able(f"the port {name}", port, "perform")
    if clock is not None:
        expect_able("clock", clock, "now", "monotonic")
    if ids is not None:
        expect_able("ids", ids, "token")
    expect("observers", observers, Sequence)
    for observer in cast("Sequence[object]", observers):
        expect_able("an observer", observer, "__call__")


def foreign(given: object, flow: Flow[Any]) -> UsageError:
    """Give the error for a snapshot of another flow, or for what is none."""
    if isinstance(given, Snapshot):
        found = f"{given.flow} v{given.version}, state {given.state}"
        return ForeignSnapshot(expected=f"{flow.name} v{flow.version}", found=found)
    hint = "Pass what engine.load(id) gave, or engine.begin()."
    return UsageError(f"A Snapshot is needed, not {called(given)}", hint=hint, code="not_a_snapshot")


def unknown(event: object, state: str) -> EventRefused | UsageError:
    """Give the error for an event that a state does not know, or for what is none."""
    if isinstance(event, Event):
        return EventRefused(state=state, event=type(event).__name__)
    hint = "Pass one, such as Accept()."
    return UsageError(f"An Event is needed, not {called(event)}", hint=hint, code="not_an_event")
