"""Rules of the repository that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("flow", "states", "adapters")
SOURCES = sorted(file for package in OURS for file in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_imports_a_bare_folder_name(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        assert not {name.partition(".")[0] for name in names} & set(OURS)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_evaluates_unpickles_shells_out_or_switches_tls_off(file: Path) -> None:
    source = file.read_text()
    calls = {node.func.id for node in ast.walk(ast.parse(source)) if _names_a_function(node)}
    assert not calls & {"eval", "exec", "compile", "__import__"}
    assert not re.search(r"\bpickle\b|shell=True|verify=False|CERT_NONE|check_hostname = False", source)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_is_longer_than_a_reader_can_hold(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400


def test_the_engine_proper_stays_small() -> None:
    proper = ("definition", "flow", "machine", "engine", "ports", "snapshot", "errors")
    assert sum(len((ROOT / "flow" / f"{name}.py").read_text().splitlines()) for name in proper) <= 900


def test_no_lock_file_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = {Path(name).name for name in listed.stdout.splitlines()}
    assert not {name for name in names if re.fullmatch(r".*\.lock|package-lock\.json|pylock.*\.toml", name)}


def _names_a_function(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
