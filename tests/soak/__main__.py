"""Workers that are killed at random under load, for at least ten minutes: nothing is lost and nothing is done twice.

python -m tests.soak [--database sqlite] [--seconds 600]
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from ..databases import running_postgresql
from .plan import QUICK, Plan
from .supervisor import soak


def main() -> int:
    usual = Plan()
    arguments = argparse.ArgumentParser(prog="python -m tests.soak", description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--database", choices=("postgresql", "sqlite"), default=usual.database)
    arguments.add_argument("--seconds", type=float, default=usual.seconds)
    arguments.add_argument("--workers", type=int, default=usual.workers)
    arguments.add_argument("--users", type=int, default=usual.users)
    arguments.add_argument("--seed", type=int, default=0, help="repeats what users and the supervisor choose")
    arguments.add_argument("--quick", action="store_true", help="half a minute, as in the tests")
    given = vars(arguments.parse_args())
    if given.pop("quick"):
        plan = dataclasses.replace(QUICK, database=given["database"], seed=given["seed"])
    else:
        plan = dataclasses.replace(usual, **given)
    if plan.seconds < usual.seconds:
        plan = dataclasses.replace(plan, judge_memory=False)
    with ExitStack() as stack:
        if plan.database == "sqlite":
            folder = stack.enter_context(TemporaryDirectory(prefix="esozflow-"))
            url = SecretStr(f"sqlite:///{Path(folder, 'soak.db')}")
        else:
            url = stack.enter_context(running_postgresql(durable=True))()
        table, broken = soak(plan, url, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    sys.stdout.writelines(f"{line}\n" for line in (*table, "", *broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
