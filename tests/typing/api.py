"""Only type-checked, never run: a line that ends in `# wrong` must be reported, and no other line may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_type

from hypothesis.strategies import SearchStrategy

from esozflow.adapters.stores.memory import MemoryStore
from esozflow.flow import (
    Answered,
    Call,
    Calling,
    Engine,
    Event,
    Flow,
    Message,
    Moved,
    Outcome,
    Page,
    Port,
    Repeat,
    Snapshot,
    State,
    Stepped,
    Unanswered,
    Unreachable,
    UserInterface,
    guard,
    on,
    part,
    play,
    refuse,
)
from esozflow.flow.testing import (
    Explored,
    FlowMachine,
    Recorded,
    events_of,
    explore,
    machine_for,
    replay,
    snapshots,
)


@dataclass(frozen=True, kw_only=True)
class Loan:
    book: str = ""


class Asked(Event):
    book: str


class Returned(Event):
    pass


class Found(Answered):
    shelf: int


@guard("the book is named")
def named(loan: Loan, event: Asked) -> bool:
    return event.book != ""


@guard("the loan is over")
def over(loan: Loan, event: Returned) -> bool:
    return True


@guard("it says nothing")  # wrong
def silent(loan: Loan, event: Asked) -> None: ...


@guard(7)  # wrong
def numbered(loan: Loan, event: Asked) -> bool:
    return True


def kept(loan: Loan, event: Asked) -> Loan:
    return replace(loan, book=event.book)


def lost(loan: Loan, event: Asked) -> str:
    return loan.book


on(Asked, when=named, to="search", keep=kept, because="it is so")
on(Asked, when=(named, named), to="search", because="it is so")
refuse(Asked, when=named, code="no_book", because="it is so")
on(Asked, when=over, to="search", because="it is so")  # wrong
on(Returned, to="end", keep=kept, because="it is so")  # wrong
on(Asked, to="search", keep=lost, because="it is so")  # wrong
on(Asked, to="search")  # wrong
on(Asked, "search", because="it is so")  # wrong
on("Asked", to="search", because="it is so")  # wrong
on(Loan, to="search", because="it is so")  # wrong
on(Asked, when=lambda loan, event: True, to="search", because="it is so")  # wrong
refuse(Asked, because="it is so")  # wrong
refuse(Asked, to="search", code="no_book", because="it is so")  # wrong

Unanswered(reason="timeout")
Unanswered("timeout")  # wrong
Unanswered()  # wrong
Unreachable(reason=7)  # wrong
nothing = Asked.read({"book": "Kobzar"}).nothing  # wrong
assert_type(Asked.read({}), Asked)
assert_type(Found.read_json("{}"), Found)
Message(code="hello", params={"name": "Ivan"})
Message("hello")  # wrong

calling = Calling[Loan](name="find", port="shelves", repeat=Repeat.FREELY, request=lambda loan: loan.book, answer=Found)
Calling[Loan](name="find", port="shelves", repeat="freely", request=lambda loan: 1)  # wrong
Calling[Loan](name="find", port="shelves", repeat=Repeat.NEVER, request=lambda loan: 1, answer=Asked)  # wrong
State[Loan](name="search", section="1", actor="library", call=calling, moves=(on(Found, to="end", because="so"),))
State[Loan](name="search", actor="library")  # wrong
State[Loan]("search", section="1", actor="library")  # wrong
State[Loan](name="search", section="1", actor="library", lifetime=60)  # wrong
State[Loan](name="search", section="1", actor="library", lifetime=timedelta(hours=1))
State[Loan](name="search", section="1", actor="library", page=lambda loan: loan.book)  # wrong

flow: Flow[Loan] = Flow("loans", states=[], initial="wish", begin=lambda ids: Loan(book=ids.token()))
other: Flow[str] = Flow("words", states=[], initial="wish", begin=lambda ids: ids.token())
Flow("loans", states=[], initial="wish", begin=Loan)  # wrong
assert_type(part(flow, "library"), Flow[Loan])
part(flow, 7)  # wrong


class Shelves:
    def perform(self, call: Call) -> Outcome:
        return Found(status=200, shelf=7)


class Deaf:
    def perform(self, call: Call) -> str:
        return "found"


class Reader:
    def show(self, page: Page) -> Event | None:
        return Asked(book=page.name)


def watch(moved: Moved) -> None:
    moved.move.revision.bit_length()
    moved.id = "another"  # wrong


store: MemoryStore[Loan] = MemoryStore()
words: MemoryStore[str] = MemoryStore()
port: Port = Shelves()
deaf: Port = Deaf()  # wrong
reader: UserInterface = Reader()
engine = Engine(flow, store=store, ports={"shelves": port}, observers=(watch,))
Engine(flow, store=words, ports={"shelves": port})  # wrong
Engine(flow, store=store, ports={"shelves": Deaf()})  # wrong
Engine(flow, store, ports={})  # wrong
Engine(flow, store=store)  # wrong

snapshot = engine.begin()
assert_type(snapshot, Snapshot[Loan])
assert_type(engine.send(snapshot, Asked(book="Kobzar")), Snapshot[Loan])
assert_type(play(engine, "i", reader), Snapshot[Loan])
assert_type(flow.step(snapshot, Returned(), snapshot.entered_at), Stepped[Loan])
assert_type(engine.page(snapshot), Page | None)
engine.send(snapshot, "asked")  # wrong
engine.send(snapshot, Asked)  # wrong
engine.send("i", Asked(book="Kobzar"))  # wrong
snapshot.state = "end"  # wrong
author = snapshot.context.author  # wrong
other.step(snapshot, Returned(), snapshot.entered_at)  # wrong
play(engine, "i", Shelves())  # wrong


def loan_cases(state: str, kind: type[Event]) -> Iterable[tuple[Loan, Event]] | None:
    return [(Loan(), Asked(book="Kobzar"))] if kind is Asked else None


def book_cases(state: str) -> Iterable[tuple[Loan, Event]] | None:
    return None


class Lives(FlowMachine[Loan]):
    flow = flow
    cases = staticmethod(loan_cases)

    def store(self) -> MemoryStore[Loan]:
        return MemoryStore()

    def who_reads_has_a_book(self) -> None:
        len(self.life.stored.context.author)  # wrong


assert_type(explore(flow, loan_cases), Explored[Loan])
assert_type(explore(flow, loan_cases).pairs.walks, tuple[Recorded, ...])
assert_type(replay(flow, "{}", loan_cases), Snapshot[Loan])
assert_type(machine_for(flow, loan_cases, ports=lambda: {"shelves": port}), type[FlowMachine[Loan]])
assert_type(Lives.replay("{}"), Lives)
assert_type(snapshots(flow, loan_cases), SearchStrategy[Snapshot[Loan]])
assert_type(events_of(Asked), SearchStrategy[Asked])
explore(flow, book_cases)  # wrong
machine_for(flow, loan_cases, store=MemoryStore[str])  # wrong
replay(flow, 7)  # wrong
events_of(Loan)  # wrong
explore(flow, never={"search": "never"})  # wrong
