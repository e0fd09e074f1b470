"""What is checked of an Auth UI: one module for each side of it, each check one situation."""

# Each module adds its checks when it is imported; the order here is that of the report.
from . import query, way, answers, once, leaving, secrecy, text  # noqa: F401, I001 - for what they add, in this order
from .bench import Bench, NotConfigured, check

CHECKS = check.all
"""All checks of an Auth UI, by name."""

__all__ = ["CHECKS", "Bench", "NotConfigured"]
