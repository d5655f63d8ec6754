"""Conversations that other tools keep in Neo4j."""

from __future__ import annotations

from tests.support.agent_files import bundle, read, tree


def test_agent_memory_a_chain_that_was_forked_is_a_tree() -> None:
    """Lines of apoc's export; what no conversation holds is counted by its label."""
    (chat,), notices = read("agent_memory")
    assert [(key, parent) for key, parent, _, _ in tree(chat)] == [("m1", None), ("m2", "m1"), ("m3", "m1")]
    assert (chat.key, chat.title, chat.messages[0].extras) == ("conv", "T", {"metadata": {"a": 1}})
    assert chat.messages[0].created_ms == 1_767_225_601_123
    assert any("Entity" in notice.text for notice in notices)


def test_agent_memory_a_history_of_langchain_from_browser() -> None:
    """Paths, as Neo4j Browser exports them: nodes and relationships repeat, and count once."""
    session = {"identity": 1, "labels": ["Session"], "properties": {"id": "u1"}, "elementId": "e1"}
    human = {"identity": 3, "labels": ["Message"], "properties": {"type": "human", "content": "hey"}, "elementId": "e3"}
    ai = {"identity": 4, "labels": ["Message"], "properties": {"type": "ai", "content": "yo"}, "elementId": "e4"}
    last = {"start": 1, "end": 4, "type": "LAST_MESSAGE", "startNodeElementId": "e1", "endNodeElementId": "e4"}
    before = {"start": 3, "end": 4, "type": "NEXT", "startNodeElementId": "e3", "endNodeElementId": "e4"}
    steps = [
        {"start": session, "relationship": last, "end": ai},
        {"start": ai, "relationship": before, "end": human},
    ]
    path = {"start": session, "end": human, "segments": steps, "length": 2}
    (chat,), _ = read("agent_memory", bundle("agent_memory", [{"p": path}, {"p": path}]))
    assert sorted(tree(chat)) == [("e3", None, "USER", "hey"), ("e4", "e3", "ASSISTANT", "yo")]
    assert (chat.key, chat.head) == ("u1", "e4")


def test_agent_memory_without_links_the_times_order_the_messages() -> None:
    """An export of nodes and `HAS_MESSAGE` alone is a line."""
    about = {"1": {"role": "user", "timestamp": "2026-01-01T00:00:08Z"}, "2": {"timestamp": "2026-01-01T00:00:07Z"}}
    nodes = [
        {"type": "node", "id": n, "labels": ["Message"], "properties": {"content": n, **said}}
        for n, said in about.items()
    ]
    links = [
        {"type": "relationship", "label": "HAS_MESSAGE", "start": {"id": "c"}, "end": {"id": f"{n}"}} for n in (1, 2)
    ]
    (chat,), _ = read("agent_memory", bundle("agent_memory", [*nodes, *links]))
    assert [(key, parent) for key, parent, _, _ in tree(chat)] == [("2", None), ("1", "2")]
