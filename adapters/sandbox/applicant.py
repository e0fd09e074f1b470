"""Who acts: the confidant, found by a token, by the sign-up jwt or by the signature, and authenticated by the latter.

Source: pages "PIS. Confidant patient sign-up validation" and "... registration".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from .backend import INVALID_TOKEN, Backend, Call, authenticate, bearer, user_of
from .content import Signature
from .envelope import Invalid, Refusal, access_denied, refuse_fields
from .registry import Person, User
from .rules import age
from .seed import SIGN_UP_SCOPE
from .tokens import unchecked_claims

# Reverse transliteration of a passport's series: the letters of the Ukrainian table of 2010 (Cabinet of Ministers
# resolution 55), read backwards, longer ones first. Which table the platform uses is not public.
_CYRILLIC: Final = {
    "SHCH": "Щ", "ZH": "Ж", "KH": "Х", "TS": "Ц", "CH": "Ч", "SH": "Ш", "YE": "Є", "YI": "Ї", "YU": "Ю", "YA": "Я",
    "A": "А", "B": "Б", "V": "В", "H": "Г", "G": "Ґ", "D": "Д", "E": "Е", "Z": "З", "Y": "И", "I": "І", "K": "К",
    "L": "Л", "M": "М", "N": "Н", "O": "О", "P": "П", "R": "Р", "S": "С", "T": "Т", "U": "У", "F": "Ф",
}  # fmt: skip
_LATIN = re.compile("|".join(_CYRILLIC))
_PASSPORT = re.compile("((?![ЫЪЭЁ])[А-ЯҐЇІЄ]){2}[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Applicant:
    """The confidant: a user and the person behind it."""

    user: User
    person: Person


def jwt_bearer(call: Call) -> str | None:
    """The sign-up jwt, when it came as the bearer: the flow page asks for it there, the service page does not."""
    value = bearer(call)
    return value if value is not None and unchecked_claims(value) is not None else None


def by_access_token(backend: Backend, call: Call) -> Applicant:
    """The person behind an access token that allows confidant sign-up."""
    user = user_of(backend, authenticate(backend, call, SIGN_UP_SCOPE))
    person = backend.registry.active_person(user.person_id)
    if person is None:
        raise access_denied(INVALID_TOKEN)
    return Applicant(user, person)


def by_jwt(backend: Backend, jwt: str) -> Applicant | None:
    """The person a sign-up jwt names, not verified yet; whoever calls this verifies the jwt before acting on it."""
    claimed = str((unchecked_claims(jwt) or {}).get("sub"))
    person = backend.registry.active_person(claimed)
    user = backend.registry.user_of_person(claimed)
    return None if person is None or user is None or user.is_blocked else Applicant(user, person)


def by_signature(backend: Backend, signature: Signature, named_person_id: object) -> Applicant:
    """Versions without a token: the applicant is whoever signed.

    In plain mode nobody signs, so the confidant whom the request names is taken for the signer.
    """
    if signature.drfo is None:
        user = backend.registry.user_of_person(str(named_person_id))
    else:
        user = _user_with_drfo(backend, signature.drfo)
    if user is None:
        raise Refusal(404, "not_found", "Applicant user not found.")
    if user.is_blocked:
        raise access_denied("Applicant user is blocked.")
    person = backend.registry.active_person(user.person_id)
    if person is None:
        raise Refusal(404, "not_found", "Applicant person not found.")
    if age(date.fromisoformat(person.fields["birth_date"]), backend.now().date()) <= backend.settings.no_self_auth_age:
        refuse_fields(Invalid(entry="$.signed_content", description="Incorrect person age for such an action"))
    return Applicant(user, person)


def require_signer(applicant: Applicant, signature: Signature) -> None:
    """The signer must be the authenticated person. The page gives no status; 401 is our choice."""
    if signature.drfo is not None and not is_signer(applicant.person, signature.drfo):
        raise access_denied("Unable to authenticate signer")


def is_signer(person: Person, drfo: str) -> bool:
    """Ten digits are a tax id, nine an ID card, anything else a passport's series and number."""
    number = drfo.replace(" ", "")
    if re.fullmatch("[0-9]{10}", number):
        return person.fields.get("tax_id") == number
    if re.fullmatch("[0-9]{9}", number):
        return ("NATIONAL_ID", number) in _documents(person)
    passport = _LATIN.sub(lambda found: _CYRILLIC[found[0]], number.upper())
    return bool(_PASSPORT.fullmatch(passport)) and ("PASSPORT", passport) in _documents(person)


def _user_with_drfo(backend: Backend, drfo: str) -> User | None:
    persons = (person for person in backend.registry.persons.values() if is_signer(person, drfo))
    users = (backend.registry.user_of_person(person.id) for person in persons)
    by_person = next((user for user in users if user is not None), None)
    # A user may outlive its person; then only the tax id is left to find it by.
    return by_person or backend.registry.user_by_tax_id(drfo.replace(" ", ""))


def _documents(person: Person) -> set[tuple[str, str]]:
    return {(document["type"], document["number"]) for document in person.fields.get("documents", ())}
