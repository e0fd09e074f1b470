"""What every signer must do, as tests. Subclass `SignerContract` as `Test…` in a module that pytest collects:

class TestMySigner(SignerContract):
    def signer(self):
        return MySigner(...)

It looks at the container as ASN.1 and verifies no signature: the certificates of your provider are not known here.
"""

from __future__ import annotations

import base64

from cryptography.hazmat import asn1

from ...flow import PeerError
from ...states.events import MAX_USER_DATA, RequestSigned
from ...states.ports import Signer
from ..signing.envelope import SIGNED_DATA, ContentInfo, SignedData
from .raising import raised

_LARGEST = 40 * 1024
"""Bytes: more than a request with every optional field has."""


class SignerContract:
    """The promises of `states.Signer`. Override `signer`, and `failing` with one that cannot sign."""

    def signer(self) -> Signer:
        """Give a signer that signs."""
        raise NotImplementedError("Override `signer` in your subclass: it gives a signer of yours.")

    def failing(self) -> Signer | None:
        """Give a signer that makes no signature: a cancelled session, a missing token; `None` if yours cannot fail."""
        return None

    def test_the_content_is_in_the_container_byte_for_byte(self) -> None:
        for content in (b"{}", '{"person":{"first_name":"Їжак"}}'.encode(), b"\r\n\0\xff", b"a" * _LARGEST):
            assert _opened(self.signer().sign(content)).encapsulated.content == content

    def test_there_is_exactly_one_signature_and_a_certificate_with_it(self) -> None:
        signed = _opened(self.signer().sign(b"{}"))
        assert len(signed.signers.as_list()) == 1
        assert signed.certificates is not None
        assert len(signed.certificates.as_list()) >= 1

    def test_another_content_has_another_signature(self) -> None:
        signer = self.signer()
        one, two = (_opened(signer.sign(content)).signers.as_list()[0].signature for content in (b"{}", b"[]"))
        assert one != two

    def test_the_container_is_der_that_the_event_takes(self) -> None:
        container = self.signer().sign(b'{"a": 1}')
        event = RequestSigned.of(container)
        assert base64.b64decode(event.user_data.get_secret_value()) == container
        assert len(base64.b64encode(self.signer().sign(b"a" * _LARGEST))) <= MAX_USER_DATA

    def test_a_signature_that_was_not_made_is_a_peer_error_without_the_content(self) -> None:
        failing = self.failing()
        if failing is not None:
            error = raised(PeerError, lambda: failing.sign(b"canary-content"))
            assert error.hint
            assert "canary" not in f"{error} {error!r} {error.__cause__!r}"

    def test_its_repr_shows_nothing_of_the_key(self) -> None:
        shown = repr(self.signer())
        assert "PRIVATE" not in shown
        assert "BEGIN" not in shown


def _opened(container: bytes) -> SignedData:
    try:
        outer = asn1.decode_der(ContentInfo, container)
        assert outer.type == SIGNED_DATA, "the container is no CMS SignedData"
        signed: SignedData = outer.content.parse(SignedData)
    except ValueError:
        raise AssertionError("the container is not strict DER of a CMS SignedData") from None
    return signed
