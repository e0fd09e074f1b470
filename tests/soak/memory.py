"""Memory over time: who grows?"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import linear_regression, median

GROWTH, GROWTH_OF_OBJECTS = 0.05, 0.02
"""Of its size what is measured may grow within the second half of the soak; more is a leak. Memory that the allocator
keeps follows the load; the number of objects that live on does not."""

LEAST_SAMPLES = 3
"""In the second half; with fewer nothing can be said."""


@dataclass(slots=True)
class Memory:
    """Samples of one process: seconds since the start, and its size in MiB or in thousands of objects."""

    at: list[float] = field(default_factory=list[float])
    size: list[float] = field(default_factory=list[float])
    allowed: float = GROWTH

    def note(self, at: float, size: float | None) -> None:
        if size is not None:
            self.at.append(at)
            self.size.append(size)

    @property
    def _half(self) -> tuple[list[float], list[float]]:
        middle = (self.at[0] + self.at[-1]) / 2
        second = [(at, size) for at, size in zip(self.at, self.size, strict=True) if at >= middle]
        return [at for at, _ in second], [size for _, size in second]

    @property
    def typical(self) -> float:
        return median(self._half[1])

    @property
    def growth(self) -> float:
        """By how much a straight line through the second half rises from its beginning to its end."""
        at, size = self._half
        if len(at) < LEAST_SAMPLES:
            return 0.0
        return linear_regression(at, size).slope * (at[-1] - at[0])

    @property
    def flat(self) -> bool:
        enough = len(self._half[0]) >= LEAST_SAMPLES
        return enough and self.growth <= self.allowed * self.typical
