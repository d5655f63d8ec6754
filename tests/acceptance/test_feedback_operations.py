"""Feedback over HTTP and by the command line: said, changed, told, shown, counted and taken back."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from tests.acceptance.test_history_operations import chat, past
from tests.acceptance.test_streams import sse
from tests.support.commands import antiphon
from tests.support.front import Service, nodes, operation

Json = dict[str, Any]


async def annotated(service: Service, message: str, **said: Any) -> Json:
    """What the service answers to an annotation."""
    made = (await service.ask("Annotate", input={"messageId": message, **said}))["annotate"]
    return made["annotationEdge"]["node"]


async def annotations(service: Service, message: str, **page: Any) -> list[Json]:
    """A page of a message's annotations."""
    return nodes((await service.ask("Annotations", messageId=message, **page))["node"]["annotations"])


async def test_a_message_is_annotated_by_several_and_each_may_change_it(service: Service) -> None:
    """Two in one moment too; a page goes on where the one before ended, and what is left out is taken back."""
    _, (prompt, answer) = await chat(service, "One?")
    mine = await annotated(service, answer, rating=1)
    assert (mine["rating"], mine["label"], mine["messageId"]) == (1, None, answer)
    one, other = await asyncio.gather(*(annotated(service, answer, label="fine", annotator=who) for who in "ab"))
    assert one["id"] != other["id"]
    changed = await annotated(service, answer, label="wrong", comment="It was 1987.")
    assert (changed["id"], changed["rating"], changed["createdAt"]) == (mine["id"], None, mine["createdAt"])
    first, *rest = await annotations(service, answer)
    assert (first, len(rest)) == ({key: changed[key] for key in first}, 2)
    cursor = (await service.ask("Annotations", messageId=answer, first=1))["node"]["annotations"]["pageInfo"]
    assert await annotations(service, answer, after=cursor["endCursor"]) == rest
    assert await annotations(service, prompt) == []
    assert (await service.ask("Node", id=mine["id"]))["node"]["comment"] == "It was 1987."


async def test_a_request_that_is_sent_again_is_done_once(service: Service) -> None:
    """With its key; another wish with the same key is a conflict."""
    _, (_, answer) = await chat(service, "One?")
    wish = {"rating": -1, "idempotencyKey": f"k-{answer}"}
    assert await annotated(service, answer, **wish) == await annotated(service, answer, **wish)
    error = await service.error(operation("Annotate"), input={"messageId": answer, **wish, "rating": 1})
    assert (error["code"], error["field"]) == ("CONFLICT", "input.idempotencyKey")


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "input.rating"), ({"rating": 2}, "input.rating"), ({"rating": 1, "label": "x" * 51}, "input.label")],
)
async def test_what_makes_no_sense_is_an_error_with_its_field(service: Service, said: Json, field: str) -> None:
    """It has a code too."""
    _, (_, answer) = await chat(service, "One?")
    error = await service.error(operation("Annotate"), input={"messageId": answer, **said})
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)


async def test_a_number_that_is_none_is_refused(service: Service) -> None:
    """NaN is no JSON, and a number that is too large is no rating."""
    _, (_, answer) = await chat(service, "One?")
    for rating in ("NaN", "1e400", "-1e999"):
        text = f'mutation {{ annotate(input: {{messageId: "{answer}", rating: {rating}}}) {{ annotation {{ id }} }} }}'
        assert (await service.post(text))["errors"]
    assert await annotations(service, answer) == []


async def test_annotations_of_a_page_of_messages_are_read_together(service: Service) -> None:
    """Also along a path, and of a conversation as it stood: they are told as they are now."""
    id, messages = await chat(service, "One?", "Two?")
    for message in messages:
        await annotated(service, message, label="seen")
    query = """query($from: ID!, $to: ID!) { path(from: $from, to: $to) { edges { node { id
      annotations(first: 5) { edges { node { label } } } } } } }"""
    found = nodes((await service.post(query, **{"from": messages[0], "to": messages[3]}))["data"]["path"])
    assert [nodes(message["annotations"]) for message in found] == [[{"label": "seen"}]] * 4
    stood = await past(service, id, messageId=messages[1])
    assert [node["id"] for node in nodes(stood["messages"])] == messages[:2]


async def test_all_annotations_are_listed_by_what_they_say(service: Service) -> None:
    """Of all conversations, newest first: what a fine-tuning set is made of."""
    id, (_, first, _, second) = await chat(service, "One?", "Two?")
    for message, rating, label in ((first, 1, "good"), (second, -1, "wrong")):
        await annotated(service, message, rating=rating, label=label)

    async def listed(**filter: Any) -> list[str]:
        found = await service.ask("AllAnnotations", filter={"conversationId": id, **filter})
        return [node["messageId"] for node in nodes(found["annotations"])]

    assert await listed() == [second, first]
    assert (await listed(label="wrong"), await listed(minRating=0.5)) == ([second], [first])
    assert await listed(maxRating=-2) == []


async def test_subscribers_are_told(service: Service) -> None:
    """By ids, with the annotation as it is then; who withdraws it is told which message it was of."""
    id, (_, answer) = await chat(service, "One?")
    query = "query($id: ID!) { conversation(id: $id) { eventsCursor } }"
    after = (await service.post(query, id=id))["data"]["conversation"]["eventsCursor"]
    made = await annotated(service, answer, rating=1, idempotencyKey=f"e-{answer}")
    wish = {"annotationId": made["id"]}
    gone = (await service.ask("WithdrawAnnotation", input=wish))["withdrawAnnotation"]
    assert gone == {"deletedId": made["id"], "message": {"id": answer}}
    told: list[Json] = []
    async with asyncio.timeout(30):
        stream = sse(service, "ConversationEvents", conversationId=id, after=after)
        async with aclosing(stream) as payloads:  # pyright: ignore[reportArgumentType]
            async for payload in payloads:
                told.append(payload["data"]["conversationEvents"])
                if len(told) == 2:
                    break
    assert [(event["action"], event["annotationId"], event["messageId"]) for event in told] == [
        ("MADE", made["id"], answer),
        ("DELETED", made["id"], answer),
    ]
    assert told[0]["idempotencyKey"] == f"e-{answer}"
    assert (await service.error(operation("WithdrawAnnotation"), input=wish))["code"] == "NOT_FOUND"


async def test_ratings_stand_beside_what_calls_cost(service: Service) -> None:
    """In the rows of usage, of this conversation alone."""
    id, (_, first, _, second) = await chat(service, "One?", "Two?")
    for message, rating in ((first, 1), (second, 0.5)):
        await annotated(service, message, rating=rating)
    await annotated(service, second, rating=-1, annotator="judge")
    for dimension in ("MODEL", "TASK_TYPE", "STRATEGY"):
        (row,) = (await service.ask("Usage", groupBy=dimension, conversationId=id))["usage"]
        assert row["ratings"] == {"count": 3, "average": pytest.approx(0.5 / 3, abs=1e-6), "positive": 2, "negative": 1}


async def test_what_is_anothers_is_not_there(service: Service, guarded: Service) -> None:
    """To be annotated, withdrawn or listed."""
    id, (_, answer) = await chat(service, "Mine?")
    made = await annotated(service, answer, rating=1)
    for name, wish in (("Annotate", {"messageId": answer, "rating": 1}), ("WithdrawAnnotation", {})):
        wish = wish or {"annotationId": made["id"]}
        assert (await guarded.error(operation(name), input=wish))["code"] == "NOT_FOUND"
    assert (await guarded.ask("AllAnnotations", filter={"conversationId": id}))["annotations"]["edges"] == []
    assert (await guarded.ask("Node", id=made["id"]))["node"] is None


async def test_the_command_line_annotates_and_shows(service: Service) -> None:
    """A message by its number or id; another annotator; and back."""
    id, (_, answer) = await chat(service, "One?")
    url = service.url
    ran = await antiphon(url, "annotate", id, answer, "--bad", "--label", "wrong", "--comment", "It was 1987.")
    assert ran.out.endswith(": -1, wrong, It was 1987.\n"), ran.err
    await antiphon(url, "annotate", id, "-r", "0.5", "--as", "judge")
    shown = await antiphon(url, "show", answer)
    assert ("-1, wrong, It was 1987." in shown.err, "  judge: +0.5" in shown.err) == (True, True)
    assert "annotat" not in shown.out
    used = await antiphon(url, "usage", "-c", id)
    assert "-0.25 (2)" in used.out
    assert (await antiphon(url, "annotate", id, answer, "--withdraw")).out.endswith("is not annotated any more.\n")
    assert len(await annotations(service, answer)) == 1
    for wrong in (["--good", "--bad"], ["--withdraw", "--good"], ["--withdraw"], [], ["-r", "7"]):
        ran = await antiphon(url, "annotate", id, answer, *wrong)
        assert ran.code != 0, wrong
        assert "Traceback" not in ran.err
