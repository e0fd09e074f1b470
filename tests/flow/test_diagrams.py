"""What is drawn is what runs: the same rows, under the same numbers, in every format, for any flow."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from math import inf
from typing import Any

import pytest

from esozflow.flow import (
    Answered,
    Calling,
    Event,
    Flow,
    Move,
    Page,
    Repeat,
    State,
    Unanswered,
    Unreachable,
    UsageError,
    guard,
    on,
    refuse,
)
from esozflow.flow.diagrams import (
    Cast,
    Kind,
    Words,
    dot,
    markdown,
    mermaid,
    mermaid_sequence,
    path_of,
    picture,
    plantuml,
    plantuml_sequence,
    sequence_svg,
)
from esozflow.flow.diagrams.picture import steps_to

CAST = Cast(
    lanes={"buyer": "Buyer", "shop": "Shop", "desk": "Desk & till", "bank": "Bank"},
    user="buyer",
    fronts={"sender": "shop", "office": "shop"},
    backs={"sender": "shop", "office": "desk"},
    ports={"tariffs": "shop", "till": "bank", "printer": "desk"},
)
STATE_FORMATS = (mermaid, dot, plantuml)
SEQUENCES = (mermaid_sequence, plantuml_sequence, sequence_svg)


class Go(Event):
    pass


@guard("it is open")
def is_open(context: None, event: Go) -> bool:
    return True


class Told(Answered):
    pass


@guard("it was told")
def is_told(context: None, event: Told) -> bool:
    return event.status == 200


def walk(**given: Any) -> Flow[None]:
    here: State[None] = State(
        name="here",
        section="1",
        actor="walker",
        moves=(on(Go, when=is_open, to="there", because="1|2"), refuse(Go, code="shut", because='a "sign" <says> so')),
    )
    there: State[None] = State(name="there", section="2", actor="walker", final=True)
    return Flow("walk", states=(here, there), initial="here", begin=lambda ids: None, **given)


def test_every_row_of_the_table_is_an_edge_in_the_order_in_which_it_is_tried(parcels: Any) -> None:
    drawn = picture(parcels.flow)

    rows = [
        (state, event.__name__, tuple(guard.name for guard in row.guards), row.to, row.declared.refusal)
        for (state, event), rows in parcels.flow.table.items()
        for row in rows
    ]
    edges = [
        (edge.source, edge.event, edge.guards, None if edge.code else edge.target, edge.code) for edge in drawn.edges
    ]
    assert Counter(edges) == Counter(rows)
    assert [edge.number for edge in drawn.edges] == list(range(1, len(rows) + 1))
    for (state, event), tried in parcels.flow.table.items():
        assert [e.guards for e in drawn.edges if (e.source, e.event) == (state, event.__name__)] == [
            tuple(guard.name for guard in row.guards) for row in tried
        ]


def numbers(text: str, parcels: Any) -> list[int]:
    events = "|".join(sorted(event.__name__ for event in parcels.flow.events))
    return sorted(int(found) for found in re.findall(rf"\b(\d+) +(?:{events})\b", text))


@pytest.mark.parametrize("write", STATE_FORMATS)
def test_every_format_shows_each_row_once(parcels: Any, write: Any) -> None:
    rows = sum(len(tried) for tried in parcels.flow.table.values())

    text = write(parcels.flow).replace("\\l", " ").replace("\\n", " ")

    assert numbers(text, parcels) == list(range(1, rows + 1))


def test_the_table_has_a_line_a_row_with_all_that_is_declared() -> None:
    assert markdown(walk()) == (
        "| No. | Section | State | Event | Guard | Next state | Kind | Asked for by |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
        "| 1 | 1 | `here` | `Go` | is_open | `there` |  | 1\\|2 |\n"
        '| 2 | 1 | `here` | `Go` | otherwise | refused: shut | the event is forbidden, the state stays | a "sign" '
        "\\<says> so |\n"
    )


def test_failures_are_told_apart_by_what_happened(parcels: Any) -> None:
    kinds = {(edge.source, edge.event, edge.target): edge.kind for edge in picture(parcels.flow).edges}

    assert kinds["pricing", "Priced", "quoted"] is Kind.ONWARD
    assert kinds["pricing", "Priced", "unpriced"] is Kind.REFUSED
    assert kinds["pricing", "Unanswered", "unpriced"] is Kind.UNANSWERED
    assert kinds["pricing", "Unreachable", "unpriced"] is Kind.UNREACHABLE
    assert kinds["quoted", "Expired", "lapsed"] is Kind.EXPIRED
    assert kinds["quoted", "Described", "quoted"] is Kind.FORBIDDEN
    assert kinds["quoted", "Discarded", "discarded"] is Kind.ONWARD


def test_the_goal_is_the_farthest_end_unless_one_is_named(parcels: Any) -> None:
    assert picture(parcels.flow).goal in {"posted", "label_lost"}
    assert picture(parcels.flow, goal="discarded").goal == "discarded"
    for goal in ("draft", "nowhere"):
        with pytest.raises(UsageError, match=f"{goal} is no final state of flow parcels"):
            picture(parcels.flow, goal=goal)


def test_an_answer_that_leads_no_farther_from_the_goal_is_no_failure() -> None:
    def waiting(name: str, to: str) -> State[None]:
        return State(name=name, section="1", actor="a", moves=(on(Go, to=to, because="1"),))

    call = Calling[None](name="ask", port="p", repeat=Repeat.FREELY, request=lambda context: None, answer=Told)
    moves = (
        on(Told, when=is_told, to="near", because="1"),
        on(Told, to="beside", because="1"),
        on(Unanswered, to="near", because="1"),
        on(Unreachable, to="near", because="1"),
    )
    ask = State[None](name="ask", section="1", actor="a", call=call, moves=moves)
    end = State[None](name="end", section="1", actor="a", final=True)
    flow = Flow[None](
        "walk",
        states=(ask, waiting("near", "end"), waiting("beside", "near"), end),
        initial="ask",
        begin=lambda _: None,
    )

    assert [edge.kind for edge in picture(flow).edges if edge.event == "Told"] == [Kind.ONWARD, Kind.ONWARD]


def test_an_actor_who_acts_again_gets_a_lane_again(parcels: Any) -> None:
    lanes = picture(parcels.flow).lanes

    assert [lane.actor for lane in lanes] == ["sender", "office", "sender"]
    assert [node.name for node in lanes[-1].nodes] == ["discarded", "lapsed"]
    assert sum(len(lane.nodes) for lane in lanes) == len(parcels.flow.states)


def test_lanes_stand_in_the_order_of_the_definition_whatever_sections_are_called() -> None:
    last: State[None] = State(name="last", section="10", actor="a", final=True)
    first: State[None] = State(name="first", section="9", actor="b", moves=(on(Go, to="last", because="1"),))
    flow = Flow("walk", states=(first, last), initial="first", begin=lambda ids: None)

    assert [(lane.id, lane.nodes[0].name) for lane in picture(flow).lanes] == [("b_1", "first"), ("a_2", "last")]


def test_the_way_to_the_goal_is_counted_in_moves(parcels: Any) -> None:
    away = steps_to(parcels.flow, "posted")

    assert (away["posted"], away["labelling"], away["unpaid"], away["draft"]) == (0, 1, 3, 5)
    assert {name for name, steps in away.items() if steps == inf} == {"label_lost", "discarded", "lapsed"}


def test_words_of_the_flow_stand_in_for_names() -> None:
    words = Words(
        lang="uk",
        states={"here": "Тут"},
        events={"Go": "Іти"},
        guards={"is_open": "відчинено"},
        actors={"walker": "Пішохід"},
        becauses={"1|2": "бо так"},
    )
    for write in STATE_FORMATS:
        text = write(walk(), words)
        for shown in ("1 Тут", "Іти", "відчинено", "Пішохід", "Умовні позначення"):
            assert shown in text
    assert "| Тут `here` | Іти `Go` | відчинено | `there` |  | бо так |" in markdown(walk(), words)


def test_signs_with_a_meaning_in_a_format_are_escaped() -> None:
    words = Words(actors={"walker": 'a "b" <c> & \\ d'})

    assert "a #quot;b#quot; #lt;c#gt; #amp; \\ d" in mermaid(walk(), words)
    assert 'a \\"b\\" <c> & \\\\ d' in dot(walk(), words)
    assert "a ”b” ‹c› & / d" in plantuml(walk(), words)


@pytest.mark.parametrize("write", [mermaid, dot])
def test_the_way_of_one_instance_is_marked(parcels: Any, write: Any) -> None:
    moves = [
        Move(
            revision=number,
            event=event,
            from_state=source,
            to_state=target,
            section="1",
            actor="sender",
            at=parcels.START,
        )
        for number, (source, event, target) in enumerate(
            [("draft", "Described", "pricing"), ("pricing", "Priced", "quoted"), ("quoted", "Accepted", "quoted")]
        )
    ]

    path = path_of(moves)

    assert path.states == ("draft", "pricing", "quoted")
    assert ("pricing", "Priced", "quoted") in path.moves
    marked = write(parcels.flow, path=path)
    assert marked.count("#ffe08a") == 3
    assert "#ffe08a" not in write(parcels.flow)
    assert marked.count("penwidth=3") == (3 if write is dot else 0)


@pytest.mark.parametrize("write", SEQUENCES)
def test_the_sequence_tells_of_every_row(parcels: Any, write: Any) -> None:
    drawn = picture(parcels.flow)

    text = re.sub(r"<br/>|\\n|</text>\s*<text[^>]*>", " ", write(parcels.flow, CAST))

    told = {int(found) for found in re.findall(r"\b(\d+) ", text)}
    assert {edge.number for edge in drawn.edges} <= told


def test_the_sequence_goes_from_lane_to_lane_with_alternatives(parcels: Any) -> None:
    text = mermaid_sequence(
        parcels.flow, CAST, Words(calls={"pay": "POST /pay"}, sections={"4": "Payment; #1"}), goal="posted"
    )

    assert "    actor buyer as Buyer\n    participant shop as Shop\n" in text
    assert "    Note over buyer,bank: 4 Payment, ＃1\n" in text
    assert "    desk->>bank: POST /pay\n    alt " in text
    assert "        bank-->>desk: Paid\n" in text
    assert "    else " in text
    assert "        Note over shop: back to 3 quoted\n" in text
    assert "    Note over desk: label\n" in text
    assert "posted (end)" in text


def test_a_state_without_a_page_is_a_note() -> None:
    text = plantuml_sequence(
        walk(), Cast(lanes={"w": "W"}, user="w", fronts={"walker": "w"}, backs={"walker": "w"}, ports={})
    )

    assert "note over w,w : 1\n" in text
    assert "note over w : the event is forbidden, the state\\nstays: shut\n" in text
    assert text.endswith("note over w : there (end)\n@enduml\n")


def test_the_svg_of_a_sequence_is_well_formed_and_escaped(parcels: Any) -> None:
    root = ET.fromstring(sequence_svg(parcels.flow, CAST))

    assert "Desk & till" in {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}


def test_a_page_shows_its_title_to_the_user() -> None:
    page = State(
        name="here",
        section="1",
        actor="walker",
        page=lambda context: Page(name="here", section="1", title=None),  # type: ignore[arg-type]
        moves=(on(Go, to="there", because="1"),),
    )
    there: State[None] = State(name="there", section="2", actor="walker", final=True)
    flow = Flow("walk", states=(page, there), initial="here", begin=lambda ids: None)
    cast = Cast(lanes={"u": "U", "w": "W"}, user="u", fronts={"walker": "w"}, backs={"walker": "w"}, ports={})

    assert "w->>u: here" in mermaid_sequence(flow, cast)


def test_no_picture_depends_on_the_hash_seed() -> None:
    code = (
        "from esozflow.states.views import FORMATS, view\n"
        "for name, forms in FORMATS.items():\n"
        "    for form in forms: print(view(name, form), view(name, form, 'en'))"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1
