"""One page for a reviewer: pictures, tables, proof, traceability, versions. It loads nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from platform import python_version
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ...flow import Move
from ...flow.diagrams import Language, Path, dot, path_of, sequence_svg
from ...flow.diagrams.table import COLUMNS, rows
from ...states import traceability
from ...states.drawing import cast, words
from ...states.flow import sign_up
from ...states.proving import prove
from ...states.settings import Settings
from ...states.views import FLOWS
from ..pictures import svg
from .headings import HEADINGS

_PARTS: Final = ("esozflow", "transitions", "pydantic")


def review(
    lang: Language = "uk",
    *,
    journal: Sequence[Move] = (),
    tests: Mapping[str, tuple[str, ...]] | None = None,
) -> str:
    """Write the page. `journal` is that of one sign-up, whose way is marked; `tests` are those of `marked_tests`.

    Raises `UsageError` when nothing is installed that draws SVG.
    """
    own, flow = words(lang), sign_up()
    path = path_of(journal) if journal else None
    # Only what is registered here is put in as it is; everything else is escaped.
    page = Environment(
        loader=PackageLoader("esozflow.adapters.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    served = traceability.traced(tests)
    return page.get_template("review.html").render(
        lang=lang,
        tell=HEADINGS[lang],
        sequence=_inline(sequence_svg(flow, cast(lang), own)),
        views={name: _picture(name, lang, path) for name in FLOWS},
        columns=[own.own(name) for name in COLUMNS],
        rows=rows(flow, own),
        reports=prove(),
        traced_columns=traceability.COLUMNS[lang],
        traced=traceability.rows(served, lang),
        uncovered=traceability.uncovered(served) if tests is not None else (),
        journal=journal,
        flow=flow,
        versions={**{name: version(name) for name in _PARTS}, "Python": python_version()},
    )


def _picture(name: str, lang: Language, path: Path | None) -> Markup:
    return _inline(svg(dot(FLOWS[name](Settings()), words(lang), path=path)))


def _inline(picture: str) -> Markup:
    # Several pictures in one page must not share ids, and only the arrow's is used.
    root = picture[picture.index("<svg") :]
    return Markup(re.sub(r' id="(?!head")[^"]*"', "", root))  # noqa: S704 - our own picture, whose texts are escaped
