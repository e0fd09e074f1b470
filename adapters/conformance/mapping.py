"""How the pages of the party under test are operated: what its buttons and fields are called."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BeforeValidator, Field

from ...flow import InvalidInput, UsageError, Value
from ...states.hand_over import PATH
from ...states.texts_pages import CAPTIONS
from ..demo.pis_site.texts import SITE_TEXTS
from ..sandbox import Seed

Names = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
"""Names of one button or field, each its text, its value, its label or its id; the first that is there counts."""


def _caption(code: str) -> Names:
    text = CAPTIONS[code]
    return (text.uk, text.en)


class AuthUiMapping(Value):
    """The pages of an Auth UI. `path` is that of 4.1; `decline` is the button of 4.4 and `reject` that of 4.6."""

    path: str = PATH
    confirm: Names = Field(default_factory=lambda: _caption("accept_and_proceed"))
    decline: Names = Field(default_factory=lambda: _caption("decline"))
    accept: Names = Field(default_factory=lambda: _caption("accept_and_proceed"))
    reject: Names = Field(default_factory=lambda: _caption("decline"))
    otp: str = "otp"
    """The name of the field for the optional OTP."""


class Step(Value):
    """One page of a PIS on the way to the Auth UI: what is filled in, by the names of fields, and what is pressed."""

    fill: dict[str, str] = Field(default_factory=dict[str, str])
    press: Names


_CONFIDANT: Final = Seed().confidant
_OF_OURS: Final = (
    Step(
        press=(
            SITE_TEXTS["sign_in"].uk.format(
                name=f"{_CONFIDANT.last_name} {_CONFIDANT.first_name} {_CONFIDANT.second_name}"
            ),
        )
    ),
    Step(press=(SITE_TEXTS["begin"].uk,)),
    Step(
        fill={"patient_signed": "on", "process_disclosure_data_consent": "on"},
        press=_caption("to_signing"),
    ),
    Step(press=_caption("sign")),
)


class PisMapping(Value):
    """The pages of a PIS. `start` is the path of its first page; the last of the `steps` leads to the Auth UI.

    `refresh` is the button of the last page that refreshes the access token: by it one sees that the tokens were kept.
    """

    start: str = "/"
    steps: tuple[Step, ...] = _OF_OURS
    refresh: Names = (SITE_TEXTS["refresh"].uk, SITE_TEXTS["refresh"].en)


M = TypeVar("M", AuthUiMapping, PisMapping)


def read_mapping(kind: type[M], file: Path | None) -> M:
    """Read a mapping from a TOML file; without a file, give that of our own pages. Raises `UsageError`."""
    if file is None:
        return kind()
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(
            f"The mapping {file} cannot be read", hint="Give --mapping a TOML file.", code="unusable_mapping"
        ) from None
    try:
        return kind.read(given)
    except InvalidInput as refused:
        raise UsageError(
            f"The mapping {file} is not usable: {refused.args[0]}",
            hint=f"It may hold {', '.join(kind.model_fields)}.",
            code="unusable_mapping",
        ) from None
