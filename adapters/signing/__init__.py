"""Sign the registration request: what `user_data` carries is base64 of the envelope made here.

The port is one method, `sign(content: bytes) -> bytes`: it takes the UTF-8 JSON of the request and returns the
DER of a CMS SignedData envelope (RFC 5652) that holds the content itself, the signer's certificate and exactly
one signature. Base64 is the caller's business.

`CertificateSigner` does this with an ECDSA or RSA key from a PEM file. ЕСОЗ accepts the qualified electronic
signature (КЕП) of a person, so outside tests something else stands behind the port. A provider is plugged in by
a class with that one method:

* a hardware token or a key file with DSTU 4145 keys: call the library of the provider (the IIT user library's
  internal signature, "sign data internal", with the certificate appended), which returns the DER or its base64;
* a cloud key: start the signing session of the provider, wait for the person to confirm it on the phone, fetch
  the envelope. `sign` may block for as long as the person needs;
* a service of your own that keeps the key: post the content, return the bytes of the answer.

Such a class turns whatever its provider raises into `SignerError`, and puts neither content nor key into it.
"""

from .identity import SigningIdentity, SigningKey
from .signer import CertificateSigner, SignerError

__all__ = ["CertificateSigner", "SignerError", "SigningIdentity", "SigningKey"]
