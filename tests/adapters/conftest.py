"""What all tests of adapters share."""

from __future__ import annotations

from ..authorities import _one_authority  # noqa: F401 - a fixture, in use by being here
