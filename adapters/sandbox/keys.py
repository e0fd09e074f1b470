"""The test keys in a folder: those of the certification authority and of the confidant."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .certificates import SandboxAuthority, Signatory
from .seed import Seed

AUTHORITY_KEY: Final = "authority.pem"
CONFIDANT_KEY: Final = "confidant.pem"


def kept_authority(keys: Path, seed: Seed) -> SandboxAuthority:
    """Give the authority whose key is in the folder; what is missing there is made, the confidant's key too.

    Raises `OSError` for a folder that cannot be used, `UsageError` for a key that is none.
    """
    authority_file, confidant_file = keys / AUTHORITY_KEY, keys / CONFIDANT_KEY
    if authority_file.exists():
        authority = SandboxAuthority.from_pem(authority_file.read_bytes())
        if confidant_file.exists():
            return authority
    else:
        authority = SandboxAuthority.create()
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(authority_file, authority.to_pem())
    confidant = seed.confidant
    signatory = Signatory(
        surname=confidant.last_name,
        given_name=f"{confidant.first_name} {confidant.second_name}",
        common_name=f"{confidant.last_name} {confidant.first_name} {confidant.second_name}",
        drfo=confidant.tax_id or "",
    )
    _write_private(confidant_file, authority.issue(signatory).to_pem())
    return authority


def _write_private(file: Path, pem: bytes) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)  # it may have been there before
    file.write_bytes(pem)
