"""The play of a flow as SVG, drawn here: the layout is a column of rows, and every text gets the room it needs."""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import Any

from ..flow import Flow
from .script import Alternatives, Cast, Note, Said, Step, script
from .words import PLAIN, Words

_LANE, _MARGIN, _SIZE, _LINE = 236, 130, 12, 16
_HEAD = 44
_ADVANCE = 0.62
"""Width of a character in ems, on the average of a line in the widest common font."""
_STYLE = "".join(
    f".sequence {rule}"
    for rule in (
        "text{font:12px Arial,'Liberation Sans','DejaVu Sans',sans-serif;fill:#1d2b3a}",
        ".said{paint-order:stroke;stroke:#fff;stroke-width:4px}",
        ".title{font-weight:bold}",
        ".when{font-style:italic}",
        ".life{stroke:#9aa0a6;stroke-dasharray:4 4}",
        ".arrow{stroke:#1d2b3a;fill:none}",
        ".answer{stroke-dasharray:6 4}",
        ".box{fill:#e8f1fb;stroke:#1d2b3a}",
        ".section{fill:#1d2b3a}",
        ".inverse{fill:#fff;font-weight:bold}",
        ".note{fill:#fff8dc;stroke:#b59f3b}",
        ".frame{fill:none;stroke:#5f6368}",
        ".else{stroke:#5f6368;stroke-dasharray:2 3}",
    )
)
"""Every rule stays within this picture, because it may stand in a page with others."""


def sequence_svg(flow: Flow[Any], cast: Cast, words: Words = PLAIN, *, goal: str | None = None) -> str:
    """Draw the flow as a sequence diagram in SVG. `goal` is that of `picture`."""
    sheet = _Sheet(cast)
    for step in script(flow, cast, words, goal=goal):
        sheet.add(step)
    return sheet.text(flow.name)


class _Sheet:
    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._at = {lane: _MARGIN + place * _LANE for place, lane in enumerate(cast.lanes)}
        self._width = 2 * _MARGIN + (len(cast.lanes) - 1) * _LANE
        self._y = _HEAD + 26
        self._parts: list[str] = []

    def add(self, step: Step) -> None:
        if isinstance(step, Said):
            self._say(step)
        elif isinstance(step, Note):
            self._note(step)
        else:
            self._alternatives(step)

    def text(self, name: str) -> str:
        height = self._y + _HEAD + 10
        lives = [f'<line class="life" x1="{x}" x2="{x}" y1="{_HEAD}" y2="{self._y + 6}"/>' for x in self._at.values()]
        heads = [self._head(lane, y) for y in (8, self._y + 6) for lane in self._cast.lanes]
        marker = (
            '<marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
            '<path d="M0 0L10 5L0 10z" fill="#1d2b3a"/></marker>'
        )
        size = f'width="{self._width}" height="{height}" viewBox="0 0 {self._width} {height}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} class="sequence" role="img">',
                f"<title>{escape(name)}</title>",
                f"<defs>{marker}<style>{_STYLE}</style></defs>",
                f'<rect width="{self._width}" height="{height}" fill="#fff"/>',
                *lives,
                *self._parts,
                *heads,
                "</svg>\n",
            ]
        )

    def _head(self, lane: str, y: int) -> str:
        x, round_ = self._at[lane], 15 if lane == self._cast.user else 3
        return (
            f'<rect class="box" x="{x - 70}" y="{y}" width="140" height="30" rx="{round_}"/>'
            f'<text class="title" x="{x}" y="{y + 19}" text-anchor="middle">{escape(self._cast.lanes[lane])}</text>'
        )

    def _say(self, said: Said) -> None:
        start, end = self._at[said.source], self._at[said.target]
        self._rows(_wrapped(said.text, abs(end - start) - 24), (start + end) // 2, "said")
        line = "arrow answer" if said.answer else "arrow"
        self._y += 4
        self._parts.append(
            f'<line class="{line}" x1="{start}" x2="{end}" y1="{self._y}" y2="{self._y}" marker-end="url(#head)"/>'
        )
        self._y += 12

    def _note(self, note: Note) -> None:
        if note.lane is None:
            self._box("section", self._width // 2, self._width - 40, [note.text], "inverse")
        else:
            room = _LANE - 16
            self._box("note", self._at[note.lane], room, _wrapped(note.text, room - 12), "")

    def _box(self, kind: str, x: int, width: int, rows: list[str], text: str) -> None:
        height = len(rows) * _LINE + 8
        self._parts.append(
            f'<rect class="{kind}" x="{x - width // 2}" y="{self._y}" width="{width}" height="{height}" rx="2"/>'
        )
        self._y += 3
        self._rows(rows, x, text)
        self._y += 14

    def _alternatives(self, step: Alternatives) -> None:
        top = self._y
        for place, branch in enumerate(step.branches):
            if place:
                self._parts.append(f'<line class="else" x1="8" x2="{self._width - 8}" y1="{self._y}" y2="{self._y}"/>')
            self._y += 4
            rows = _wrapped(f"[{branch.condition}]", self._width - 100)
            self._parts.append(f'<text class="title" x="16" y="{self._y + _SIZE}">{"else" if place else "alt"}</text>')
            self._rows(rows, 56, "said when", anchor="start")
            self._y += 8
            for inner in branch.steps:
                self.add(inner)
        self._parts.append(f'<rect class="frame" x="8" y="{top}" width="{self._width - 16}" height="{self._y - top}"/>')
        self._y += 14

    def _rows(self, rows: list[str], x: int, kind: str, anchor: str = "middle") -> None:
        for row in rows:
            self._y += _LINE
            self._parts.append(
                f'<text class="{kind}" x="{x}" y="{self._y - 4}" text-anchor="{anchor}">{escape(row)}</text>'
            )


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, int(width / (_SIZE * _ADVANCE)))
