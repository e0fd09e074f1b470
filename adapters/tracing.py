"""Tests read as text: which of them say that they check which sentences of the flow document."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

MARK = "asks"


def marked_tests(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Give the names of all tests of a folder by the ids of their marker `asks`, without running or importing any."""
    found: dict[str, dict[str, None]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        for test, sentence in _marked(ast.parse(file.read_text(encoding="utf-8"))):
            found.setdefault(sentence, {})[f"{file.relative_to(folder).as_posix()}::{test}"] = None
    return {sentence: tuple(tests) for sentence, tests in found.items()}


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == MARK:
                yield from ((node.name, str(ast.literal_eval(argument))) for argument in mark.args)
