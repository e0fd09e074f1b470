"""A referral: a doctor writes it, the registry numbers it, the patient takes it or lets it lapse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from esozflow.flow import (
    Answered,
    Calling,
    Event,
    Expired,
    Flow,
    Repeat,
    State,
    Unanswered,
    Unreachable,
    guard,
    on,
    refuse,
)

SPECIALITIES = ("cardiology", "surgery")


@dataclass(frozen=True, kw_only=True)
class Referral:
    speciality: str = ""
    number: str = ""


class Written(Event):
    shown = ("speciality",)

    speciality: str


class Numbered(Answered):
    number: str = ""


class Taken(Event):
    pass


class AskedAgain(Event):
    pass


@guard("the clinic knows the speciality")
def known(referral: Referral, event: Written) -> bool:
    return event.speciality in SPECIALITIES


@guard("the registry gave a number")
def numbered(referral: Referral, event: Numbered) -> bool:
    return event.status == 201 and event.number != ""


WHY = "order of the clinic, page 3"

REFERRAL = Flow[Referral](
    "referral",
    states=(
        State(
            name="writing",
            section="1",
            actor="doctor",
            moves=(
                on(
                    Written,
                    when=known,
                    to="numbering",
                    keep=lambda referral, event: replace(referral, speciality=event.speciality),
                    because=WHY,
                ),
                refuse(Written, code="unknown_speciality", because=WHY),
            ),
        ),
        State(
            name="numbering",
            section="2",
            actor="registry",
            call=Calling(
                name="number",
                port="registry",
                repeat=Repeat.WHEN_ASKED,
                request=lambda referral: referral.speciality,
                answer=Numbered,
            ),
            moves=(
                on(
                    Numbered,
                    when=numbered,
                    to="waiting",
                    keep=lambda referral, event: replace(referral, number=event.number),
                    because=WHY,
                ),
                on(Numbered, to="unnumbered", because=WHY),
                on(Unreachable, to="unnumbered", because=WHY),
                on(Unanswered, to="unnumbered", because=WHY),
            ),
        ),
        State(
            name="unnumbered",
            section="2",
            actor="doctor",
            moves=(on(AskedAgain, to="numbering", because=WHY), on(Taken, to="taken_by_hand", because=WHY)),
        ),
        State(
            name="waiting",
            section="3",
            actor="patient",
            lifetime=timedelta(days=365),
            moves=(on(Taken, to="taken", because=WHY), on(Expired, to="lapsed", because=WHY)),
        ),
        State(name="taken", section="3", actor="patient", final=True),
        State(name="taken_by_hand", section="3", actor="patient", final=True),
        State(name="lapsed", section="3", actor="patient", final=True),
    ),
    initial="writing",
    begin=lambda ids: Referral(),
)


def cases(state: str, event: type[Event]) -> Iterable[tuple[Referral, Event]] | None:
    """Give every case that the guards can tell apart."""
    if event is Written:
        return [(Referral(), Written(speciality=one)) for one in (*SPECIALITIES, "magic")]
    if event is Numbered:
        return [(Referral(), Numbered(status=one, number=no)) for one in range(100, 600) for no in ("", "7")]
    return None
