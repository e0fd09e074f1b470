"""Whom the gateways of the tests trust over TLS when nothing is said: one authority, which has certified nobody.

To read the usual authorities takes 20 ms, for each of some thousand gateways that speak plain HTTP on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esozflow.adapters.http import gateway
from esozflow.adapters.sandbox.certificates import SandboxAuthority


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    bundle = tmp_path_factory.mktemp("authorities") / "one.pem"
    bundle.write_bytes(SandboxAuthority.create().certificate.public_bytes(Encoding.PEM))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gateway, "DEFAULT_CA_BUNDLE_PATH", str(bundle))
        yield
