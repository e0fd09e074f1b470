"""The switches of the emulated back-end, for what no public document settles."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ...flow.value import Value

Seconds: TypeAlias = Annotated[int, Field(gt=0)]
Years: TypeAlias = Annotated[int, Field(ge=0, le=150)]


class SandboxSettings(Value):
    """How the emulated ЕСОЗ behaves. Frozen; unknown names and wrong types raise `InvalidInput`.

    Lifetimes carry their unit in the name and are longer than zero. `signature_max_age_minutes=0` switches the
    age check off. The lifetimes of code, access and refresh token are the defaults of the open-sourced OAuth
    server; the others are published nowhere and are our choice.
    """

    shown = ("flow_generation", "signature_mode")

    flow_generation: Literal["g1", "g2", "g3"] = "g1"
    """g1: the confidant is known by an access token. g2, g3: by the signature alone, without Authorization."""

    signature_mode: Literal["plain", "cms"] = "plain"
    signature_max_age_minutes: Annotated[int, Field(ge=0)] = 60

    jwt_ttl_minutes: Seconds = 480
    session_ttl_seconds: Seconds = 3600
    code_ttl_seconds: Seconds = 300
    access_ttl_seconds: Seconds = 2_592_000
    refresh_ttl_seconds: Seconds = 604_800

    conflict_type: Literal["conflict", "request_conflict"] = "conflict"

    otp_required: bool = False
    otp_code: Annotated[str, Field(pattern=r"^[0-9]{4,6}$", repr=False)] = "1234"
    otp_ttl_seconds: Seconds = 900
    otp_attempts: Annotated[int, Field(gt=0)] = 3

    strict_register: bool = False
    """Refuse a repeated registration with 422 instead of replaying the first answer."""

    check_relationship_on_approval: bool = False
    """Newer versions let nobody approve scopes while the relationship is not approved."""

    no_self_registration_age: Years = 14
    """From this age on a tax id is asked for; below it a birth certificate."""

    no_self_auth_age: Years = 14
    """An applicant found by signature (g2, g3) must be older than this."""

    full_legal_capacity_age: Years = 18
    limit_patient_age: bool = False
    """Refuse patients of full legal capacity; no public document of this flow asks for it."""

    registration_document_types: frozenset[str] | None = None
    """The configuration PIS_PERSON_REGISTRATION_DOCUMENT_TYPES; None allows every type of the schema."""

    dictionaries: frozenset[Literal["v1", "v2"]] = frozenset({"v1", "v2"})
    """Which versions of the dictionary service exist; a missing one answers 404."""
