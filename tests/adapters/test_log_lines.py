"""What a serving command writes to standard error."""

from __future__ import annotations

import json
import subprocess
import sys

CANARY = "canary-1b7d"

LOGGING = f"""
import logging, sys
import structlog
from esozflow.adapters.cli.log_lines import log_as_json

log_as_json(sys.stderr)
structlog.stdlib.get_logger("esozflow").info("moved", state="confirm", token="{CANARY}")
logging.getLogger("esozflow").error("a page could not be given: %s", "KeyError")
logging.getLogger("urllib3").debug("GET /?token={CANARY}")
logging.getLogger("a.host").info("of no interest")
logging.getLogger("waitress.queue").warning("Task queue depth is 1")
try:
    raise ValueError("{CANARY}")
except ValueError:
    logging.getLogger("a.host").exception("it failed at /?token={CANARY}&x=1")
"""


def test_lines_are_json_redacted_and_only_of_what_matters() -> None:
    done = subprocess.run([sys.executable, "-c", LOGGING], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    assert CANARY not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["event"]) for line in lines] == [
        ("info", "moved"),
        ("error", "a page could not be given: KeyError"),
        ("error", "it failed at /?[hidden]"),
    ]
    assert lines[0]["state"] == "confirm"
    assert lines[0]["token"] == "[hidden]"
    assert lines[2]["exception"].startswith("ValueError at ")
    assert all("timestamp" in line for line in lines)
