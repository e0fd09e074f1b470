"""What an error says: what happened, its code, and what to do. Logs and alerts of embedders go by these lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from esozflow.flow import (
    CallInProgress,
    EventRefused,
    FlowError,
    ForeignSnapshot,
    InvalidInput,
    PeerError,
    StaleRevision,
    UnknownInstance,
)
from esozflow.flow.errors import Problem


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            lambda: UnknownInstance(),
            "There is no instance of this id in the store [unknown_instance] Begin a new one.",
        ),
        (
            lambda: StaleRevision(),
            (
                "The instance has moved on since it was read [stale_revision] "
                "Load it again and show the page it rests on now."
            ),
        ),
        (
            lambda: CallInProgress(state="register"),
            (
                "The call of state register is under way [call_in_progress] "
                "Wait for its deadline and load again; after a crash, use Engine.resume once the deadline has passed."
            ),
        ),
        (
            lambda: ForeignSnapshot(expected="walk 2", found="walk 1"),
            (
                "The snapshot is of walk 1, this flow is walk 2 [foreign_snapshot] "
                "Load it with the flow and version that stored it, or migrate it first."
            ),
        ),
        (
            lambda: EventRefused(state="confirm", event="Accept"),
            (
                "Accept is refused in state confirm [not_expected_here] "
                "Show the page of the state where the flow stands and offer its actions."
            ),
        ),
        (
            lambda: EventRefused(state="confirm", event="Accept", code="too_late"),
            (
                "Accept is refused in state confirm [too_late] "
                "Show the page of the state where the flow stands and offer its actions."
            ),
        ),
        (
            lambda: InvalidInput("Form", [Problem(path="", rule="empty"), Problem(path="name.0", rule="too_long")]),
            (
                "Form is not valid: Form: empty; name.0: too_long. [invalid_input] "
                "Correct the named fields and send it again."
            ),
        ),
        (lambda: PeerError("The disk is full", hint="Make room."), "The disk is full [peer] Make room."),
        (lambda: FlowError("It went wrong", hint="Look.", code="odd"), "It went wrong [odd] Look."),
    ],
)
def test_an_error_says_what_happened_and_what_to_do(made: Callable[[], FlowError], line: str) -> None:
    assert str(made()) == line


def test_an_error_carries_its_parts_for_programs() -> None:
    problem = Problem(path="", rule="empty")
    refused = EventRefused(state="confirm", event="Accept", code="too_late")

    assert InvalidInput("Form", iter([problem])).problems == (problem,)
    assert (refused.state, refused.event, refused.code) == ("confirm", "Accept", "too_late")
    assert refused.hint.startswith("Show the page")
