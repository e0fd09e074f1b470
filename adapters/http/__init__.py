"""The gateway that reaches ЕСОЗ over HTTPS."""

from .addresses import UnusableAddress
from .gateway import HttpGateway, UnusableCaBundle

__all__ = ["HttpGateway", "UnusableAddress", "UnusableCaBundle"]
