"""A copy of the sources in which mutmut finds everything that there is to mutate.

mutmut wants packages where their import names say (`src/esozflow/flow`), and it leaves decorated functions alone, which
would leave out every guard and every validator. `@guard("…") def paid(…)` therefore becomes `def paid(…)` followed by
`paid = guard("…")(paid)`, which means the same.
"""

# pyright: reportMissingImports=false
# `make mutants` installs mutmut.

from __future__ import annotations

from pathlib import Path

import libcst as cst
import libcst.matchers as m

MUTATED = ("flow", "states")
_KEPT = m.Decorator(decorator=m.Name("classmethod") | m.Name("staticmethod"))
_GUARD = m.Decorator(decorator=m.Call(func=m.Name("guard")))


def lay_out(root: Path, tree: Path) -> frozenset[str]:
    """Bring `tree` up to date with the repository at `root`; give the full names of the guards."""
    guards: set[str] = set()
    packages = tree / "src" / "esozflow"
    packages.mkdir(parents=True, exist_ok=True)
    for link, target in (
        (packages / "adapters", root / "adapters"),
        (tree / "tests", root / "tests"),
        (tree / "diagrams", root / "diagrams"),
        (tree / "pyproject.toml", root / "pyproject.toml"),
    ):
        if not link.is_symlink():
            link.symlink_to(target)
    wanted: set[Path] = set()
    for source in sorted(file for package in MUTATED for file in (root / package).rglob("*.py")):
        inside = source.relative_to(root)
        found = _Undecorated()
        text = cst.parse_module(source.read_text("utf-8")).visit(found).code
        module = ".".join(("esozflow", *inside.with_suffix("").parts)).removesuffix(".__init__")
        guards.update(f"{module}.{name}" for name in found.guards)
        wanted.add(packages / inside)
        _write_when_changed(packages / inside, text)
    for package in MUTATED:
        for stale in set((packages / package).rglob("*.py")) - wanted:
            stale.unlink()
            for beside in ("", ".meta", ".spans"):
                (tree / "mutants" / f"{stale.relative_to(tree)}{beside}").unlink(missing_ok=True)
    return frozenset(guards)


def _write_when_changed(file: Path, text: str) -> None:
    """mutmut goes by the time of a file: what did not change keeps its results."""
    if file.exists() and file.read_text("utf-8") == text:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


class _Undecorated(cst.CSTTransformer):  # type: ignore[misc,unused-ignore]  # where libcst is not there
    """Decorates functions of modules and classes by a statement of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.guards: list[str] = []
        self._depth = 0

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._depth += 1

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        self._depth -= 1
        if self._depth:
            return updated_node
        name = updated_node.name.value
        if any(m.matches(decorator, _GUARD) for decorator in updated_node.decorators):
            self.guards.append(name)
        kept = [decorator for decorator in updated_node.decorators if m.matches(decorator, _KEPT)]
        moved = [decorator for decorator in updated_node.decorators if not m.matches(decorator, _KEPT)]
        if not moved:
            return updated_node
        value: cst.BaseExpression = cst.Name(name)
        for decorator in reversed(moved):
            value = cst.Call(func=decorator.decorator, args=[cst.Arg(value)])
        again = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(name))], value)])
        return cst.FlattenSentinel([updated_node.with_changes(decorators=kept), again])
