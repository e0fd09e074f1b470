"""An invented family: the registration request that the tests start from. None of these people exists."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any, Final

from esozflow.adapters.demo.people import REQUEST

PATIENT_BORN: Final = date(2015, 7, 5)
TODAY: Final = date(2024, 2, 1)
"""A day on which the example is right: the patient is eight."""

CONFIDANT_ID: Final = "5e1d8c2a-3b4f-4c6d-9a7e-1f2b3c4d5e6f"
CONFIDANT_TAX_ID: Final = "3221302486"

EXAMPLE_REQUEST: Final = REQUEST

ABSENT: Final = object()
"""As a changed value: leave the field out."""


def example_request(**changes: object) -> dict[str, Any]:
    """A fresh copy of the example, changed by path: `person__documents__0__number="1"`, `person__email=ABSENT`."""
    request = deepcopy(EXAMPLE_REQUEST)
    for path, value in changes.items():
        *above, last = [int(step) if step.isdecimal() else step for step in path.split("__")]
        place: Any = request
        for step in above:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return request
