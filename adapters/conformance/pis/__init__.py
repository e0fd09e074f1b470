"""What is checked of a PIS: one module for each side of it, each check one situation."""

# Each module adds its checks when it is imported; the order here is that of the report.
from . import handing_over, coming_back, secrecy  # noqa: F401, I001 - for what they add, in this order
from .bench import Bench, NotDriven, check

CHECKS = check.all
"""All checks of a PIS, by name."""

__all__ = ["CHECKS", "Bench", "NotDriven"]
