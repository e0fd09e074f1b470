"""The committed pictures in a real browser: no text lies on another, and none leaves its box."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PICTURES = sorted((Path(__file__).parents[2] / "diagrams").glob("*.svg"))
MEASURE = """() => {
    const seen = element => {
        const node = element.firstChild, text = node.textContent, range = document.createRange();
        range.setStart(node, text.length - text.trimStart().length);
        range.setEnd(node, text.trimEnd().length);
        return {text: text.trim(), box: range.getBoundingClientRect()};
    };
    const texts = [...document.querySelectorAll('text')].filter(one => one.textContent.trim()).map(seen);
    const overlapping = [];
    texts.forEach((one, place) => texts.slice(place + 1).forEach(other => {
        const [a, b] = [one.box, other.box];
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 4) overlapping.push([one.text, other.text]);
    }));
    const leaving = [...document.querySelectorAll('g.node')].flatMap(node => {
        const box = node.querySelector('polygon, path, ellipse').getBoundingClientRect();
        return [...node.querySelectorAll('text')].map(seen)
            .filter(one => one.box.left < box.left || one.box.right > box.right).map(one => one.text);
    });
    return {count: texts.length, overlapping, leaving};
}"""


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_no_text_lies_on_another_or_leaves_its_box(chromium: Any, file: Path) -> None:
    page = chromium.new_page()
    page.goto(file.as_uri())

    found = page.evaluate(MEASURE)
    page.close()

    assert found["count"] > 50
    assert found["overlapping"] == []
    assert found["leaving"] == []
