"""What the kit of `flow.testing` needs to know of the sign-up, and strategies for what people type and browsers bring.

Needs `esozflow[testing]`. All persons are invented.
"""

from ..case_space import cases, walk_cases
from .people import hostile_requests, persons, places_in, requests
from .queries import PIECES, hostile_queries, queries
from .walks import IDS, never, sign_ups, walked

__all__ = [
    "IDS",
    "PIECES",
    "cases",
    "hostile_queries",
    "hostile_requests",
    "never",
    "persons",
    "places_in",
    "queries",
    "requests",
    "sign_ups",
    "walk_cases",
    "walked",
]
