"""Seals: what was made with these keys, for this owner and purpose, opens; nothing else ever does."""

from __future__ import annotations

import copy
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes, SecretStr

from esozflow.adapters.sealing import Keys, SealBroken, key_of, new_key
from esozflow.flow import PeerError, StoreFailed, UsageError

from ..sizes import size

SOAK = "SOAK" in os.environ
OLD, NEW, STRANGE = new_key(), new_key(), new_key()
KEYS = Keys([NEW, OLD])
PLAIN = SecretBytes("Марко Садовий, canary".encode())


def sealed(keys: Keys = KEYS, *, purpose: str = "snapshot", of: bytes = b"one", plain: SecretBytes = PLAIN) -> bytes:
    return keys.seal(plain, purpose=purpose, of=of)


def opened(given: bytes, keys: Keys = KEYS, *, purpose: str = "snapshot", of: bytes = b"one") -> SecretBytes:
    return keys.open(given, purpose=purpose, of=of)


@given(plain=st.binary(max_size=500), purpose=st.text(), of=st.binary())
@settings(max_examples=size(200), deadline=None, database=None)
def test_what_was_sealed_opens_with_the_same_words(plain: bytes, purpose: str, of: bytes) -> None:
    made = KEYS.seal(SecretBytes(plain), purpose=purpose, of=of)
    assert KEYS.open(made, purpose=purpose, of=of).get_secret_value() == plain


def test_a_seal_shows_nothing_of_its_content_and_is_never_the_same_twice() -> None:
    made = {sealed() for _ in range(500)}
    assert len(made) == 500
    assert len({one[9:21] for one in made}) == 500
    assert not [one for one in made if b"canary" in one]


def test_the_first_key_seals_and_says_so_and_every_key_opens() -> None:
    assert key_of(sealed()) == KEYS.ids[0]
    assert opened(sealed()) == opened(sealed(Keys([OLD]))) == PLAIN
    assert opened(sealed(Keys([OLD])), Keys([STRANGE, NEW, OLD])) == PLAIN


def test_the_id_of_a_key_is_the_same_wherever_the_key_is_listed() -> None:
    assert Keys([OLD, NEW]).ids == (KEYS.ids[1], KEYS.ids[0])
    assert all(re.fullmatch("[0-9a-f]{16}", id) for id in KEYS.ids)


def test_a_seal_of_a_key_that_is_not_given_is_told_by_that() -> None:
    with pytest.raises(SealBroken) as caught:
        opened(sealed(Keys([STRANGE])))
    assert caught.value.code == "unknown_key"
    assert isinstance(caught.value, StoreFailed)
    assert isinstance(caught.value, PeerError)


def test_no_seal_opens_after_any_byte_of_it_was_changed() -> None:
    made = sealed()
    changes = range(1, 256) if SOAK else (1, 2, 4, 8, 16, 32, 64, 128, 255)
    for position in range(len(made)):
        for change in changes:
            forged = bytearray(made)
            forged[position] ^= change
            assert not opens(bytes(forged), b"one"), (position, change)


@pytest.mark.parametrize(
    "forge",
    [
        lambda made: made[:-1],
        lambda made: made + b"\x00",
        lambda made: b"",
        lambda made: made[:21],
        lambda made: made[:37],
        lambda made: made[1:],
        lambda made: made * 2,
        lambda made: sealed(Keys([OLD]))[:9] + made[9:],
        lambda made: made[:21] + sealed()[21:],
        lambda made: PLAIN.get_secret_value(),
    ],
)
def test_a_seal_that_was_cut_or_put_together_does_not_open(forge: Callable[[bytes], bytes]) -> None:
    with pytest.raises(SealBroken):
        opened(forge(sealed()))


def test_a_seal_that_was_cut_at_any_byte_does_not_open() -> None:
    made = sealed()
    for length in range(len(made)):
        with pytest.raises(SealBroken):
            opened(made[:length])


@pytest.mark.parametrize(
    ("purpose", "of"),
    [
        ("snapshot", b"two"),
        ("snapshot", b""),
        ("cookie", b"one"),
        ("", b"snapshotone"),
        ("", b"8:snapshotone"),
        ("snapshoto", b"ne"),
        ("one", b"snapshot"),
        ("snapshotone", b""),
        ("Snapshot", b"one"),
    ],
)
def test_a_seal_of_another_owner_or_purpose_does_not_open(purpose: str, of: bytes) -> None:
    with pytest.raises(SealBroken) as caught:
        opened(sealed(), purpose=purpose, of=of)
    assert caught.value.code == "seal_broken"


@given(forged=st.binary(max_size=200))
@settings(max_examples=5_000 if SOAK else 300, deadline=None, database=None)
def test_no_bytes_open_that_were_not_sealed(forged: bytes) -> None:
    for given_ in (forged, sealed()[:9] + forged, sealed()[:21] + forged):
        with pytest.raises(SealBroken):
            opened(given_)


def test_owners_with_odd_names_are_kept_apart() -> None:
    names = [b"", b"\x00", b"one\x00two", b"\xff", "ї".encode(), b'"', b"one", b" one"]
    for name in names:
        made = sealed(of=name)
        assert [other for other in names if opens(made, other)] == [name]


def opens(made: bytes, of: bytes) -> bool:
    try:
        opened(made, of=of)
    except SealBroken:
        return False
    return True


def test_keys_are_read_from_lines_and_comments_do_not_count() -> None:
    text = (
        f"# made in March\n{NEW.get_secret_value()}\n\n  {OLD.get_secret_value()} \r\n#{STRANGE.get_secret_value()}\n"
    )
    assert Keys.read(SecretStr(text)).ids == KEYS.ids


def test_keys_come_from_the_environment_or_from_the_file_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{NEW.get_secret_value()}\n{OLD.get_secret_value()}\n")
    assert Keys.from_environment({"ESOZFLOW_KEYS": file.read_text()}).ids == KEYS.ids
    assert Keys.from_environment({"ESOZFLOW_KEYS_FILE": str(file)}).ids == KEYS.ids
    assert Keys.from_environment({"ESOZFLOW_KEYS": "", "ESOZFLOW_KEYS_FILE": str(file)}).ids == KEYS.ids


def test_the_environment_of_the_process_is_read_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESOZFLOW_KEYS", OLD.get_secret_value())
    assert Keys.from_environment().ids == Keys([OLD]).ids


@pytest.mark.parametrize("environment", [{}, {"ESOZFLOW_KEYS": ""}, {"ESOZFLOW_KEYS": " \n# none yet\n"}])
def test_without_a_key_nothing_starts(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        Keys.from_environment(environment)
    assert caught.value.code == "keys_missing"
    assert "esozflow keys new" in caught.value.hint


def test_two_sources_of_keys_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        Keys.from_environment({"ESOZFLOW_KEYS": OLD.get_secret_value(), "ESOZFLOW_KEYS_FILE": str(tmp_path / "keys")})
    assert caught.value.code == "keys_doubled"


def test_a_file_of_keys_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for name, why in (("missing", "No such file"), ("binary", "not text"), (".", "directory")):
        with pytest.raises(UsageError, match=why) as caught:
            Keys.from_file(tmp_path / name)
        assert caught.value.code == "keys_unreadable"


def broken(key: SecretStr, change: Callable[[str], str]) -> SecretStr:
    return SecretStr(change(key.get_secret_value()))


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key + "=",
        lambda key: key[1:],
        lambda key: key.removeprefix("esozkey1_"),
        lambda key: key.replace("esozkey1_", "esozkey2_"),
        lambda key: key[:20] + "+" + key[21:],
        lambda key: key[:20] + "й" + key[21:],
        lambda key: key[:20] + " " + key[21:],
        lambda key: key[:-1] + chr(ord("B") if key[-1] != "B" else ord("C")),
        lambda key: "",
        lambda key: "correct horse battery staple",
    ],
)
def test_what_is_no_key_is_refused_by_its_place_and_not_repeated(change: Callable[[str], str]) -> None:
    wrong = broken(STRANGE, change)
    with pytest.raises(UsageError) as caught:
        Keys([OLD, wrong])
    assert caught.value.code == "key_malformed"
    assert "Key 2 is no key" in str(caught.value)
    if wrong.get_secret_value():
        assert wrong.get_secret_value() not in "".join(traceback.format_exception(caught.value))


def test_one_key_twice_is_a_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        Keys([OLD, NEW, OLD])
    assert caught.value.code == "key_doubled"
    assert "Key 3" in str(caught.value)


def test_every_new_key_is_another_one() -> None:
    keys = {new_key().get_secret_value() for _ in range(200)}
    assert len(keys) == 200
    assert all(re.fullmatch(r"esozkey1_[\w-]{43}", key) for key in keys)


def test_the_key_of_a_demonstration_opens_nothing_of_another_process() -> None:
    with pytest.raises(SealBroken):
        opened(sealed(Keys.for_this_process()), Keys.for_this_process())


def test_no_key_shows_in_a_repr_an_error_or_a_copy() -> None:
    secrets = [key.get_secret_value().removeprefix("esozkey1_") for key in (OLD, NEW)]
    said: list[Any] = [
        repr(KEYS),
        str(KEYS),
        repr(NEW),
        str(NEW),
        {name: getattr(KEYS, name) for name in KEYS.__slots__},
    ]
    with pytest.raises(SealBroken) as caught:
        opened(sealed() + b"x")
    said += traceback.format_exception(caught.value)
    assert caught.value.__context__ is None
    assert not [one for one in secrets if one in str(said)]
    assert KEYS.ids[0] in repr(KEYS)
    with pytest.raises(TypeError):
        copy.deepcopy(KEYS)
