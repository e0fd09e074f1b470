"""The example projects are tested as their owners would test them: by pytest, from their own folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*/pyproject.toml"))


def test_there_is_an_example() -> None:
    assert EXAMPLES


@pytest.mark.slow
@pytest.mark.parametrize("project", EXAMPLES, ids=lambda file: file.parent.name)
def test_the_tests_of_an_example_pass_against_the_library(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / project.parent.name
    shutil.copytree(project.parent, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:randomly"],
        cwd=copy,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
