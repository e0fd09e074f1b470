"""The views of the sign-up that reviewers are shown: the whole flow, the part of each party, the sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ..flow import Flow
from ..flow.diagrams import (
    Language,
    dot,
    markdown,
    mermaid,
    mermaid_sequence,
    plantuml,
    plantuml_sequence,
    sequence_svg,
)
from .drawing import cast, words
from .flow import auth_ui, pis, sign_up
from .settings import Settings

View = Literal["whole", "auth-ui", "pis", "sequence"]
FLOWS: Final[dict[str, Callable[[Settings | None], Flow[Any]]]] = {"whole": sign_up, "auth-ui": auth_ui, "pis": pis}
_STATE_FORMATS: Final = {"mermaid": mermaid, "dot": dot, "plantuml": plantuml, "markdown": markdown}
_SEQUENCE_FORMATS: Final = {"mermaid": mermaid_sequence, "plantuml": plantuml_sequence, "svg": sequence_svg}
FORMATS: Final = {
    **dict.fromkeys(FLOWS, tuple(_STATE_FORMATS)),
    "sequence": tuple(_SEQUENCE_FORMATS),
}
"""The texts in which each view can be written; what is made from `dot`, an adapter draws."""


def view(name: str, form: str, lang: Language = "uk", settings: Settings | None = None) -> str:
    """Write a view of the sign-up in one of its `FORMATS`. A name or format that is not there is a `KeyError`."""
    if name == "sequence":
        return _SEQUENCE_FORMATS[form](sign_up(settings), cast(lang), words(lang, settings))
    return _STATE_FORMATS[form](FLOWS[name](settings), words(lang, settings))
