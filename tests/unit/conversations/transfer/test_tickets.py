"""Addresses of exports, and what files are called."""

from __future__ import annotations

import base64
import re

import orjson
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.transfer.names import file_name
from service.conversations.transfer.tickets import Ticket, Tickets, Wish

TICKET = Ticket("ann", Wish("html", ("a", "b"), "c", "side"), 7)


def test_an_address_says_what_is_wanted_and_who_signed_it() -> None:
    """Another process reads it, and has not signed it."""
    tickets = Tickets()
    assert tickets.read(tickets.issue(TICKET)) == (TICKET, True)
    assert Tickets().read(tickets.issue(TICKET)) == (TICKET, False)
    everything = Ticket("ann", Wish("openai", None), 7)
    assert tickets.read(tickets.issue(everything)) == (everything, True)


def test_a_changed_address_is_not_signed() -> None:
    """Not for another owner, nor for longer."""
    tickets = Tickets()
    signature = tickets.issue(TICKET).rpartition(".")[2]
    for other in (["bob", 7, "html", ["a", "b"], "c", "side"], ["ann", 10**15, "html", ["a", "b"], "c", "side"]):
        said = base64.urlsafe_b64encode(orjson.dumps(other)).rstrip(b"=").decode()
        found = tickets.read(f"{said}.{signature}")
        assert found is not None
        assert not found[1]


@given(st.one_of(st.text(), st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode() + ".AAAA")))
def test_what_is_no_address_is_none(text: str) -> None:
    """Whatever it is."""
    assert Tickets().read(text) is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=6)))
def test_what_is_no_ticket_is_none(value: object) -> None:
    """Whatever JSON it is."""
    try:
        said = base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()
    except TypeError:
        return
    found = Tickets().read(f"{said}.AAAA")
    assert found is None or isinstance(found[0].owner, str)


@given(title=st.text(), id=st.uuids().map(str), path=st.none() | st.text())
def test_a_file_name_is_one_on_any_system(title: str, id: str, path: str | None) -> None:
    """No folders, no hidden files, no devices, nothing that a shell or a header reads otherwise."""
    name = file_name(title, id, "md", path)
    assert re.fullmatch(r"[^\W_][^\W_\-]*(-[^\W_]+)*\.md", name)
    assert len(name.encode()) <= 255 * 4
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul)\.md", name)
