"""What is installed from the built wheel, as a host service would install it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    tracked = [*ROOT.glob("*.toml"), *ROOT.glob("*.md"), ROOT / "LICENSE"]
    source.mkdir()
    for file in tracked:
        (source / file.name).write_bytes(file.read_bytes())
    for package in ("flow", "states", "adapters"):
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                copy = source / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source, cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path) -> Path:
    """An interpreter that sees the dependencies and the wheel, but nothing of this repository."""
    venv = wheel.parent / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=wheel.parent)
    site = next(venv.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    ours = {"esozflow", "__editable__"}
    for entry in next(Path(sys.prefix).glob("lib/python*/site-packages")).iterdir():
        if not any(entry.name.startswith(name) for name in ours) and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)
    return venv / "bin" / "python"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host service that has folders of the same names."""
    for name in ("flow", "states", "adapters"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("OWNER = 'host'\n")
    return tmp_path


def test_the_wheel_holds_the_three_packages_with_their_type_markers_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {"/".join(name.split("/")[:2]) for name in names} == {
        "esozflow/flow",
        "esozflow/states",
        "esozflow/adapters",
    }
    assert {name for name in names if name.endswith("py.typed")} == {
        "esozflow/flow/py.typed",
        "esozflow/states/py.typed",
        "esozflow/adapters/py.typed",
    }
    here = {
        f"esozflow/{file.relative_to(ROOT)}"
        for package in ("flow", "states", "adapters")
        for file in (ROOT / package).rglob("*.py")
    }
    assert {name for name in names if name.endswith(".py")} == here


def test_a_host_with_folders_of_the_same_names_imports_both(python: Path, host: Path) -> None:
    out = run(
        python,
        "-c",
        "import flow, states, adapters, esozflow.flow, esozflow.states.flow, esozflow.adapters.stores.memory\n"
        "print(flow.OWNER, states.OWNER, adapters.OWNER, esozflow.states.flow.sign_up())",
        cwd=host,
    )
    assert out.startswith("host host host <Flow confidant_sign_up")


def test_importing_the_core_loads_no_web_sql_command_line_or_testing_library(python: Path, host: Path) -> None:
    out = run(
        python,
        "-c",
        "import sys, esozflow.flow, esozflow.states\nprint(*sorted(name.partition('.')[0] for name in sys.modules))",
        cwd=host,
    )
    assert not {
        "requests",
        "urllib3",
        "flask",
        "sqlalchemy",
        "typer",
        "rich",
        "cryptography",
        "h11",
        "hypothesis",
    } & set(out.split())


KIT = """
import sys
from importlib.metadata import packages_distributions
import esozflow.flow.testing, esozflow.states.testing, esozflow.adapters.testing.plugin
from esozflow.adapters.testing import gateways, interfaces, sandboxed, signers, stores
distributions = packages_distributions()
print(*{one for name in sys.modules for one in distributions.get(name, ())})
"""


def required(wheel: Path, *extras: str) -> set[str]:
    """What the wheel requires by itself and for its extras, its own extras followed."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
    lines = [
        Requirement(line.partition(": ")[2]) for line in metadata.splitlines() if line.startswith("Requires-Dist:")
    ]
    found: set[str] = set()
    todo = {"", *extras}
    while todo:
        extra = todo.pop()
        for one in lines:
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                found.add(canonicalize_name(one.name))
                todo |= one.extras
    return found - {"esozflow"}


def test_the_extra_for_testing_brings_everything_that_the_kit_imports(wheel: Path, python: Path, host: Path) -> None:
    imported = {canonicalize_name(name) for name in run(python, "-c", KIT, cwd=host).split()}
    known = required(wheel, "cli", "testing")
    assert {"hypothesis", "pytest", "pydantic"} <= imported & known
    assert imported & known <= required(wheel, "testing")


def test_importing_configures_no_logging_and_writes_no_file(python: Path, host: Path) -> None:
    before = set(host.rglob("*"))
    out = run(
        python,
        "-B",
        "-c",
        "import logging, structlog, esozflow.flow, esozflow.states.flow, esozflow.adapters.http\n"
        "print(logging.getLogger().handlers, logging.getLogger('esozflow').handlers, structlog.is_configured())",
        cwd=host,
    )
    assert out.strip() == "[] [] False"
    assert set(host.rglob("*")) == before


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for package in ("flow", "states", "adapters"):
        for file in (ROOT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"esozflow/{file.relative_to(ROOT)}" in names
