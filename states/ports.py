"""The port that is this flow's own: signing."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """Makes the confidant's qualified electronic signature (КЕП) over the registration request (4.1).

    `sign` returns a CMS SignedData container in DER with `content` encapsulated, the signer's certificate in it
    and exactly one signature; it raises a `PeerError` when no signature was made. A provider may sign on a token,
    in the browser or in a cloud: whoever shows the `sign` page calls it and sends `RequestSigned.of(container)`.
    """

    def sign(self, content: bytes) -> bytes: ...
