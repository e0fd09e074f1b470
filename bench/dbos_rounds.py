"""Seven waits and seven steps as a DBOS workflow. `bench/store.py` runs it with the Python of DBOS.

The first line of standard input is the url of an empty database. Each further line is JSON, `{"flows": 20, "ahead":
false}`; each is answered with the seconds that the workflows took, one after another. A step only gives something
back, and the next message is sent the moment it has, without asking the database: DBOS is charged for nothing else.
"""

# pyright: reportMissingImports=false
# DBOS lives in an environment of its own.

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from threading import Semaphore
from typing import Any

from dbos import DBOS, SetWorkflowID

WAITS = 7
POLLING = 0.01
"""Seconds. It also looks for messages where the database tells of none."""
MESSAGE = {"user_data": "x" * 4096}

stepped = Semaphore(0)


@DBOS.step()  # type: ignore[untyped-decorator,unused-ignore]  # where DBOS is not there
def step(message: dict[str, Any]) -> dict[str, Any]:
    return {"state": len(message["user_data"])}


@DBOS.workflow()  # type: ignore[untyped-decorator,unused-ignore]  # nor here
def sign_up() -> int:
    for _ in range(WAITS):
        step(DBOS.recv(timeout_seconds=60))
        stepped.release()
    return WAITS


def run(id: str, *, ahead: bool) -> None:
    with SetWorkflowID(id):
        workflow = DBOS.start_workflow(sign_up)
    for _ in range(WAITS):
        DBOS.send(id, MESSAGE)
        if not ahead:
            stepped.acquire()
    if workflow.get_result() != WAITS:
        raise RuntimeError("the workflow did not end as it should")
    while stepped.acquire(blocking=False):
        pass


def main() -> None:
    url = sys.stdin.readline().strip()
    # Its default looks once a second, which would be all that is measured.
    polling = {"notification_listener_polling_interval_sec": POLLING, "notification_coalesce_sec": 0.001}
    DBOS(config={"name": "sign-up", "system_database_url": url, "log_level": "ERROR", **polling})
    DBOS.launch()
    run("first", ahead=False)
    tell({"dbos": version("dbos")})
    for number, line in enumerate(sys.stdin):
        asked = json.loads(line)
        started = time.perf_counter()
        for one in range(asked["flows"]):
            run(f"{number}-{one}", ahead=asked["ahead"])
        tell({"seconds": time.perf_counter() - started})
    DBOS.destroy()


def tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
