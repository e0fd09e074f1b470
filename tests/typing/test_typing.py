"""Types are a feature: what is wrong is reported, and nothing else is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import esozflow.flow

API = Path(__file__).with_name("api.py")


def tagged() -> set[int]:
    lines = API.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}


def search_path() -> dict[str, str]:
    """Let mypy see the same sources as the tests do, wherever they were installed."""
    root = Path(next(iter(esozflow.flow.__path__))).parent.parent
    return {} if "site-packages" in root.parts else {"MYPYPATH": str(root)}


@pytest.mark.skipif(find_spec("mypy") is None and "CI" not in os.environ, reason="mypy is not installed")
def test_exactly_the_lines_tagged_as_wrong_are_reported(tmp_path: Path) -> None:
    shutil.copy(API, tmp_path)
    options = ["--strict", "--namespace-packages", "--explicit-package-bases", "--config-file=", "--no-error-summary"]
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            *options,
            "--no-pretty",
            "--hide-error-context",
            f"--cache-dir={tmp_path}",
            API.name,
        ],
        cwd=tmp_path,
        env={**os.environ, **search_path()},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    lines = [line for line in checked.stdout.splitlines() if ": note: " not in line]
    reported = [re.fullmatch(r"api\.py:(\d+): error: .*", line) for line in lines]
    assert all(reported), checked.stdout + checked.stderr
    assert {int(one[1]) for one in reported if one} == tagged(), checked.stdout
    assert checked.returncode == 1, checked.stderr
