"""What everything costs, beside what it is to be compared with: `python -m bench [WORKLOAD …]`, or `make bench`.

Rounds of all sides alternate; read the ratios. What esozflow does not depend on lives in environments of its own,
which are made in `build/`. With --write the table goes to `bench/RESULTS.md` as well.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from . import engines, gateway, memory, store, web_load
from .rounds import Row, table

RESULTS = Path(__file__).with_name("RESULTS.md")
WORKLOADS: dict[str, Callable[[int], Iterator[Row]]] = {
    "engines": engines.engines,
    "sign-up": memory.sign_up_in_memory,
    "rehydration": memory.rehydration,
    "size": memory.sizes,
    "import": memory.imports,
    "growth": memory.growth,
    "threads": memory.threads,
    "gateway": gateway.gateway,
    "http": gateway.sign_up_over_http,
    "store": store.keeping,
    "dbos": store.beside_dbos,
    "web": web_load.pages,
}
OURS = ("pydantic", "requests", "structlog", "urllib3", "sqlalchemy", "psycopg", "flask", "waitress")


def machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} cores of {model}, {platform.system()}"


def report(rows: list[Row], rounds: int, load_before: float) -> Iterator[str]:
    known = (
        {"Python": platform.python_version()} | {one: version(one) for one in OURS} | engines.versions | store.versions
    )
    yield "# What it costs"
    yield ""
    yield f"{datetime.now(UTC):%d.%m.%Y}; {machine()}; load average {load_before:.1f} before."
    yield f"Medians of {rounds} rounds in which all sides take turns, short ones several: read the ratios."
    yield "Made by `make bench`."
    yield ""
    yield from table(rows)
    yield ""
    yield ", ".join(f"{name} {number}" for name, number in known.items()) + "."


def positive(given: str) -> int:
    if (number := int(given)) < 1:
        raise ValueError
    return number


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("workload", nargs="*", choices=[*WORKLOADS, []], help="all, when none is named")
    arguments.add_argument("--rounds", type=positive, default=7)
    arguments.add_argument("--write", action="store_true", help=f"write {RESULTS.name} as well")
    given = arguments.parse_args()
    load_before, rows = os.getloadavg()[0], list[Row]()
    for name in given.workload or WORKLOADS:
        sys.stderr.write(f"{name} …\n")
        rows += WORKLOADS[name](given.rounds)
    lines = [f"{line}\n" for line in report(rows, given.rounds, load_before)]
    sys.stdout.writelines(lines)
    if given.write:
        RESULTS.write_text("".join(lines))


if __name__ == "__main__":
    main()
