"""What is taken for granted about a type is little, and true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import (
    BaseModel,
    Field,
    PlainSerializer,
    RootModel,
    SecretBytes,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    computed_field,
    field_serializer,
    model_serializer,
)

from esozflow.adapters.stores.sure import comes_back
from esozflow.flow import Message, Secret, Value
from esozflow.states import SignUp


class Tree(Value):
    type: str
    """Is called as what a schema calls its kind."""
    secret: Secret | None = None
    branches: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    count: int = 0
    names: Mapping[str, str]
    default: str = "default"


@pytest.mark.parametrize(
    "kind",
    [
        SignUp,
        Message,
        Tree,
        Plain,
        Secret,
        Annotated[str, Field(min_length=1, pattern="^a")],
        tuple[str, int, bool, None],
        list[dict[str, Secret | None]],
        Literal["one", 2],
    ],
)
def test_texts_whole_numbers_and_secrets_come_back(kind: Any) -> None:
    assert comes_back(TypeAdapter(kind))


class Colour(StrEnum):
    RED = "red"


class Pair(NamedTuple):
    left: str


class Counted(Value):
    @computed_field
    def more(self) -> int:
        return 1


class Written(Value):
    text: str = ""

    @field_serializer("text")
    def _written(self, text: str) -> str:
        return text


class WrittenWhole(Value):
    @model_serializer
    def _written(self) -> dict[str, str]:
        return {}


class Left(Value):
    text: Annotated[str, Field(exclude=True)] = ""


class SometimesLeft(Value):
    text: Annotated[str, Field(exclude_if=bool)] = ""


class Renamed(Value):
    text: Annotated[str, Field(alias="other")]


class Own(BaseModel):
    def __init__(self) -> None:
        super().__init__()


@dataclass
class Begun:
    text: InitVar[str]


@dataclass
class Deep:
    """Is all simple but for what is in the last of its fields."""

    text: str
    trees: tuple[dict[str, list[Tree | Careless]], ...]


class Careless(Value):
    secret: SecretStr


@pytest.mark.parametrize(
    "kind",
    [
        Any,
        object,
        float,
        bytes,
        datetime,
        Decimal,
        SecretStr,
        SecretBytes,
        Careless,
        Deep,
        int | str,
        Secret | str,
        Colour,
        Pair,
        frozenset[str],
        list[Any],
        dict[int, str],
        dict[str, float],
        dict[Any, str],
        tuple[str, float],
        RootModel[str],
        Counted,
        Written,
        WrittenWhole,
        Left,
        SometimesLeft,
        Renamed,
        Own,
        Begun,
        Annotated[str, StringConstraints(strip_whitespace=True)],
        Annotated[str, StringConstraints(to_lower=True)],
        Annotated[str, StringConstraints(to_upper=True)],
        Annotated[str, PlainSerializer(str)],
    ],
)
def test_of_anything_else_it_is_not_sure(kind: Any) -> None:
    assert not comes_back(TypeAdapter(kind))
