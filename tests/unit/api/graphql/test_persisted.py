"""Hashes and ids in the place of texts: what is kept, for whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from service.api.graphql.documents import LONGEST_KEPT
from service.api.graphql.persisted import LEAST_BYTES, Kept, Persisted, Refused, Trusted, Wanted, document_id_of, sha256

TEXT = "{ models { id } }"
OTHER = "{ strategies { name } }"


def hashed(hash: str, text: str | None = None, version: int = 1) -> Wanted:
    """What Apollo's link sends."""
    return Wanted(text, None, {"persistedQuery": {"version": version, "sha256Hash": hash}})


def refusal(persisted: Persisted, wanted: Wanted) -> tuple[int, str, str]:
    """The status, the code and the words of what is refused."""
    with pytest.raises(Refused) as caught:
        persisted.text_of("ann", wanted)
    extensions: Any = caught.value.error.extensions
    return caught.value.status, extensions["code"], caught.value.error.message


def test_a_text_that_came_with_its_hash_is_known_by_it() -> None:
    """Not before: then the words are those that clients wait for."""
    persisted, hash = Persisted(Trusted()), sha256(TEXT)
    assert refusal(persisted, hashed(hash)) == (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
    assert persisted.text_of("ann", hashed(hash, TEXT)) == TEXT
    assert persisted.text_of("ann", hashed(hash)) == TEXT
    assert persisted.text_of("ann", Wanted(None, f"sha256:{hash}", None)) == TEXT


def test_what_one_owner_keeps_is_not_known_to_another() -> None:
    """A hash would tell what somebody else asks."""
    persisted = Persisted(Trusted())
    persisted.text_of("bob", hashed(sha256(TEXT), TEXT))
    assert refusal(persisted, hashed(sha256(TEXT)))[1] == "PERSISTED_QUERY_NOT_FOUND"


def test_a_hash_of_another_text_is_refused_and_nothing_is_kept() -> None:
    """Else one text would be run in place of another."""
    persisted = Persisted(Trusted())
    assert refusal(persisted, hashed(sha256(TEXT), OTHER))[:2] == (400, "INVALID_REQUEST")
    assert refusal(persisted, hashed(sha256(TEXT)))[1] == "PERSISTED_QUERY_NOT_FOUND"


def test_another_version_is_not_supported() -> None:
    """Clients send texts alone after these words."""
    words = (200, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
    assert refusal(Persisted(Trusted()), hashed(sha256(TEXT), TEXT, version=2)) == words


@pytest.mark.parametrize("entry", [True, [], {}, {"version": 1}, {"version": 1, "sha256Hash": 5}])
def test_an_entry_of_another_shape_is_refused(entry: object) -> None:
    """In words, with the right shape in them."""
    wanted = Wanted(TEXT, None, {"persistedQuery": entry})
    assert "sha256Hash" in refusal(Persisted(Trusted()), wanted)[2]


def test_what_has_no_hash_is_as_it_was() -> None:
    """Text, no text, and extensions of others."""
    for wanted in (Wanted(TEXT, None, None), Wanted(None, None, None), Wanted(TEXT, None, {"tracing": True})):
        assert Persisted(Trusted()).text_of("ann", wanted) == wanted.text


def test_a_trusted_document_is_known_by_its_id_and_by_its_hash() -> None:
    """Whichever protocol names it."""
    persisted = Persisted(Trusted({"models-1": TEXT, sha256(TEXT): TEXT}))
    for wanted in (Wanted(None, "models-1", None), Wanted(None, f"sha256:{sha256(TEXT)}", None), hashed("models-1")):
        assert persisted.text_of("ann", wanted) == TEXT
    assert persisted.text_of("ann", Wanted(OTHER, None, None)) == OTHER


def test_where_only_trusted_documents_are_run_nothing_else_is() -> None:
    """By text, hash, id or a hash with its text; a trusted one may come as its text."""
    persisted = Persisted(Trusted({"models-1": TEXT}, only=True))
    for wanted in (
        Wanted(OTHER, None, None),
        Wanted(None, "other", None),
        hashed(sha256(OTHER)),
        hashed(sha256(OTHER), OTHER),
        Wanted("{ __schema { types { name } } }", None, None),
    ):
        assert refusal(persisted, wanted)[:2] == (403, "UNTRUSTED_DOCUMENT")
    assert persisted.text_of("ann", Wanted(TEXT, None, None)) == TEXT
    assert persisted.text_of("ann", Wanted(None, "models-1", None)) == TEXT


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ({"documentId": "a"}, "a"),
        ({"doc_id": "b", "query": None}, "b"),
        ({"id": "c", "query": ""}, "c"),
        ({"id": 5, "query": TEXT}, None),
        ({}, None),
    ],
)
def test_an_id_is_read_under_each_of_its_names(said: dict[str, Any], id: str | None) -> None:
    """Where there is a text, `id` may be anything of the client's own."""
    assert document_id_of(said) == id


def test_who_keeps_most_gives_way_to_others() -> None:
    """One owner can fill all that is free, and pushes nobody out."""
    kept = Kept(10 * LEAST_BYTES)
    for number in range(3):
        kept.put("bob", f"bob-{number}", TEXT)
    for number in range(1000):
        kept.put("ann", f"ann-{number}", TEXT)
    assert [kept.get("bob", f"bob-{number}") for number in range(3)] == [TEXT] * 3
    assert sum(kept.get("ann", f"ann-{number}") is not None for number in range(1000)) == 7


def test_what_was_used_least_lately_goes_first() -> None:
    """Reading is using."""
    kept = Kept(2 * LEAST_BYTES)
    kept.put("ann", "a", TEXT)
    kept.put("ann", "b", TEXT)
    assert kept.get("ann", "a")
    kept.put("ann", "c", TEXT)
    assert [kept.get("ann", hash) is not None for hash in "abc"] == [True, False, True]


def test_the_bound_is_of_bytes_and_a_long_text_is_not_kept() -> None:
    """However many bytes a character has; a text with a file in it pushes nothing out."""
    kept, wide = Kept(100_000), '{ conversation(id: "' + "語" * 9_000 + '") { id } }'
    for number in range(50):
        kept.put("ann", str(number), wide)
    assert sum(kept.get("ann", str(number)) is not None for number in range(50)) == 5
    kept.put("ann", "long", "x" * (LONGEST_KEPT + 1))
    assert kept.get("ann", "long") is None
    assert kept.get("ann", "49") == wide
