"""LangChain's messages."""

from __future__ import annotations

from tests.support.agent_files import FILES, bundle, read, tree


def test_langchain_all_ways_of_writing_are_the_same() -> None:
    """`messages_to_dict`, `dumpd`, plain dumps, and rows of a message each."""
    (first, second), _ = read("langchain")
    dicts = FILES["langchain"][1][0]
    flat = [{**one["data"], "type": one["type"]} for one in dicts]
    rows = [{"session_id": "s", "message": one} for one in dicts]
    (third,), _ = read("langchain", bundle("langchain", [{"messages": flat}]))
    (fourth,), _ = read("langchain", bundle("langchain", rows))
    assert tree(first) == tree(second) == tree(third) == tree(fourth)
    assert fourth.key == "s"


def test_langchain_calls_results_and_metadata() -> None:
    """A call whose arguments are no JSON keeps its text; a failed tool is an error."""
    (first, _), notices = read("langchain")
    answer, result, thought = first.messages[2], first.messages[3], first.messages[4]
    assert [(call.name, call.arguments) for call in answer.tool_calls] == [("f", '{"a":1}'), ("g", "{bad")]
    assert (answer.model, answer.finish_reason, answer.output_tokens) == ("gpt", "tool_calls", 2)
    assert (result.tool_call_id, result.is_error, thought.reasoning) == ("c1", True, "t")
    assert any("no valid JSON" in notice.text for notice in notices)


def test_langchain_a_run_is_its_inputs_and_outputs() -> None:
    """LangSmith's outputs of a model are generations; of a graph, all messages once more."""
    asked = {"type": "human", "content": "q"}
    answer = {"lc": 1, "type": "constructor", "id": ["x", "AIMessage"], "kwargs": {"content": "a"}}
    run = {"id": "r", "run_type": "llm", "inputs": {"messages": [[asked]]}}
    model = {**run, "outputs": {"generations": [[{"text": "a", "message": answer}]]}}
    graph = {**run, "id": "g", "inputs": {"messages": [asked]}, "outputs": {"messages": [asked, answer]}}
    one, other = read("langchain", bundle("langchain", [model, graph]))[0]
    assert [text for _, _, _, text in tree(one)] == [text for _, _, _, text in tree(other)] == ["q", "a"]
