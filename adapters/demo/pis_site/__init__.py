"""A demonstration PIS as a website: sign-in, form, signature, hand-over, callback, tokens (4.1, 4.9)."""

from .acts import Confidant
from .site import pis_app

__all__ = ["Confidant", "pis_app"]
