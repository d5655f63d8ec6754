"""What an operation's text leaves to the garbage collector: next to nothing, however it ends."""

from __future__ import annotations

import gc

import pytest

from service.api.graphql.documents import check_document, read_document
from service.api.graphql.limits import rules_of
from service.api.graphql.schema import build_schema
from service.settings.shapes import LimitSettings

SCHEMA = build_schema()._schema
FIELDS = " ".join(f"...f{n}" for n in range(12))
FRAGMENTS = " ".join(f"fragment f{n} on Query {{ models {{ id name }} %s }}" for n in range(12))
RULES = {
    "refused": (f"{{ {FIELDS} }} {FRAGMENTS.replace('%s', 'a: __typename b: __typename c: __typename')}", 100),
    "taken": (f"{{ {FIELDS} }} {FRAGMENTS.replace('%s', '')}", 3000),
}


@pytest.mark.parametrize("name", RULES)
async def test_a_document_ends_with_its_request(name: str) -> None:
    """GraphQL's rules remember what they compared, and know themselves: 24,000 objects of a document of 6 KB."""
    text, most = RULES[name]
    rules = rules_of(LimitSettings(), introspection=True)
    check_document(SCHEMA, await read_document(text, None), rules)
    gc.collect()
    gc.disable()
    try:
        errors = check_document(SCHEMA, await read_document(text + " ", None), rules)
        assert bool(errors) == (name == "refused")
        del errors
        assert gc.collect() < most
    finally:
        gc.enable()
