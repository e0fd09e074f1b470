"""A demonstration PIS as a website: sign-in, form, signature, hand-over, callback, tokens (4.1, 4.9)."""

from .acts import Confidant
from .site import forgetting, pis_app
from .visits import Visits

__all__ = ["Confidant", "Visits", "forgetting", "pis_app"]
