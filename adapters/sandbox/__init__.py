"""An emulated ЕСОЗ: the endpoints, checks and side effects of confidant sign-up, in process and over HTTP.

It knows nothing of the flow, so it can judge it: `Esoz.ledger` tells what was really done, `Fault` and the knobs
bring about what ЕСОЗ does rarely. All registered persons are invented, and it serves this machine only.

Source: PIS API blueprint; pages "PIS. Confidant patient sign-up validation" and "... registration".
"""

from .envelope import Dropped, Request, Response
from .esoz import Esoz
from .faults import Fault
from .knobs import (
    AddPerson,
    AddRedirectUri,
    AdvanceClock,
    BlockClient,
    BlockUser,
    BreakMediaStorage,
    Expire,
    ForgetPerson,
    ForgetUser,
    GiveConfidantAConfidant,
    Knob,
    OverrideSignature,
    Reset,
    RevokeApprovals,
    SetRelationships,
    TakeScope,
)
from .ledger import Ledger, LedgerRecord
from .process import run_sandbox
from .seed import Seed, SeedClient, SeedConfidant
from .server import serve
from .settings import SandboxSettings

__all__ = [
    "AddPerson",
    "AddRedirectUri",
    "AdvanceClock",
    "BlockClient",
    "BlockUser",
    "BreakMediaStorage",
    "Dropped",
    "Esoz",
    "Expire",
    "Fault",
    "ForgetPerson",
    "ForgetUser",
    "GiveConfidantAConfidant",
    "Knob",
    "Ledger",
    "LedgerRecord",
    "OverrideSignature",
    "Request",
    "Reset",
    "Response",
    "RevokeApprovals",
    "SandboxSettings",
    "Seed",
    "SeedClient",
    "SeedConfidant",
    "SetRelationships",
    "TakeScope",
    "run_sandbox",
    "serve",
]
