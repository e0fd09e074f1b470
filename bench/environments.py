"""Virtual environments for what esozflow does not depend on. They are made once and stay in `build/`."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from esozflow.flow import errors

ROOT = Path(__file__).parent.parent

PEERS = (
    "automat>=25.4.16",
    "django-viewflow>=2.4",
    "pydantic>=2.12,<3",
    "python-statemachine>=3.2",
    "sismic>=1.6.14",
    "structlog>=25",
    "transitions>=0.9.3,<0.10",
)
DBOS = ("dbos>=3.4", "psycopg[binary]")


def python_with(name: str, requirements: Sequence[str]) -> Path:
    """Give the Python of the environment; it is made when it is not there or was made for other requirements."""
    folder = ROOT / "build" / f"bench-{name}"
    python, made_for = folder / "bin" / "python", folder / "made-for"
    wanted = "\n".join((sys.version, *requirements))
    if not (python.exists() and made_for.exists() and made_for.read_text() == wanted):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", *requirements], check=True)  # noqa: S603 - our own
        made_for.write_text(wanted)
    return python


def run(python: Path | str, *arguments: str, **options: Any) -> str:
    """Run a Python, for which this esozflow is there too, and give what it prints."""
    paths = (str(ROOT), str(Path(errors.__file__).parents[2]))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or what is measured compiles each time
    command = [str(python), *arguments]
    ran = subprocess.run(  # noqa: S603 - our own programs
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True, **options
    )
    return str(ran.stdout)
