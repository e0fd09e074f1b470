"""What a proof found, as text and as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that does not hold. `rule` names what was to be proved, `where` the state or call."""

    rule: str
    where: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`findings` are what does not hold, `open` what could not be decided, `facts` what was established."""

    flow: str
    findings: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    facts: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong. What is open is not wrong, but it is not proved either."""
        return not self.findings

    def with_(self, findings: tuple[Finding, ...], facts: tuple[str, ...]) -> Report:
        """Give the report with what somebody else established of the same flow."""
        return Report(flow=self.flow, findings=(*self.findings, *findings), open=self.open, facts=(*self.facts, *facts))

    def text(self) -> str:
        """Write it for a person."""
        lines = [f"{self.flow}: {'holds' if self.holds else 'DOES NOT HOLD'}"]
        lines += [f"  proved    {fact}" for fact in self.facts]
        lines += [f"  open      {one.rule}, {one.where}: {one.says}" for one in self.open]
        lines += [f"  WRONG     {one.rule}, {one.where}: {one.says}" for one in self.findings]
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON has it."""
        return {
            "flow": self.flow,
            "holds": self.holds,
            "facts": list(self.facts),
            "open": [_as_json(one) for one in self.open],
            "findings": [_as_json(one) for one in self.findings],
        }


def _as_json(finding: Finding) -> dict[str, str]:
    return {"rule": finding.rule, "where": finding.where, "says": finding.says}
