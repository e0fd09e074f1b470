"""What can be proved of a flow without running it, beyond what its building already refuses.

Everything is decided over the whole table, and guards over every case of a declared, finite space: nothing is sampled.
"""

from .guards import Case, Cases, Decided, Known, decided
from .proving import proof
from .report import Finding, Report

__all__ = ["Case", "Cases", "Decided", "Finding", "Known", "Report", "decided", "proof"]
