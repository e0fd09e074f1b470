"""The regression gate holds what is counted against the limits."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_gate_names_every_figure_that_is_above_its_limit_and_fails(tmp_path: Path) -> None:
    limits = (ROOT / "bench" / "limits.toml").read_text()
    tight = tmp_path / "tight.toml"
    tight.write_text(re.sub(r"= [0-9_]+", "= 1", limits))
    command = [sys.executable, "-m", "bench.check", "--limits", tight]
    gate = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert gate.returncode == 1, gate.stderr
    *named, last = gate.stdout.splitlines()
    assert len(named) == len(re.findall(r"= [0-9_]+", limits))
    assert all(re.fullmatch(r"\w+: [0-9.]+ \w+, at most 1 are allowed", line) for line in named)
    assert last.startswith(f"{float(named[0].split()[1]):.0f} instructions")
