"""Endpoints that make vectors: what goes into a request, what is tried again, and what servers do wrong."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.config import load_config
from service.errors import ConfigurationError, InvalidAnswer, ProviderRejected, ProviderUnavailable, RateLimited
from service.models.embedding import open_embedder
from service.models.registry import Models
from tests.support.embeddings import Answer, Behave, Json, endpoint, good, refusal, unit, vector_of


def after(count: int, first: Answer, then: Behave = good) -> Behave:
    """A server that answers so for `count` requests, and then otherwise."""
    left = [count]

    def behave(request: Json) -> Answer:
        left[0] -= 1
        return first if left[0] >= 0 else then(request)

    return behave


def at_most(bound: int, status: int = 422, measure: Callable[[Json], int] = lambda it: len(it["input"])) -> Behave:
    """A server that refuses what measures more than `bound`."""
    return lambda request: good(request) if measure(request) <= bound else refusal(status, "maximum allowed exceeded")


def longest(request: Json) -> int:
    """The characters of the longest text."""
    return max(map(len, request["input"]))


async def test_vectors_have_length_one_and_the_order_of_the_texts(tmp_path: Path) -> None:
    """Whatever the order of the answer; what has no word is not sent."""

    def shuffled(request: Json) -> Answer:
        status, answer, *_ = good(request)
        assert isinstance(answer, dict)
        return status, {"data": answer["data"][::-1]}

    async with endpoint(shuffled, tmp_path) as it:
        assert it.embedder.dimensions is None
        found = await it.embedder.embed(["one", "", "three", " \n"])
        assert found == [pytest.approx(unit(vector_of("one"))), [], pytest.approx(unit(vector_of("three"))), []]
        assert (it.embedder.dimensions, it.embedder.name) == (3, "mine/m")
    assert it.requests == [{"model": "m", "input": ["one", "three"], "path": "/v1/embeddings"}]


async def test_nothing_to_embed_asks_nobody(tmp_path: Path) -> None:
    """No text, or none with a word."""
    async with endpoint(good, tmp_path) as it:
        assert await it.embedder.embed([]) == []
        assert await it.embedder.embed(["", "\t"]) == [[], []]
    assert it.requests == []


async def test_base64_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    """The same numbers as floats."""

    def packed(request: Json) -> Answer:
        rows = [base64.b64encode(struct.pack("<3f", *vector_of(text))).decode() for text in request["input"]]
        return 200, {"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]}

    async with endpoint(packed, tmp_path, encoding="base64", dimensions=3) as it:
        assert await it.embedder.embed(["word"]) == [pytest.approx(unit(vector_of("word")), rel=1e-6)]
        assert it.embedder.name == "mine/m@3"
    assert (it.requests[0]["encoding_format"], it.requests[0]["dimensions"]) == ("base64", 3)


async def test_queries_and_texts_are_asked_in_their_own_way(tmp_path: Path) -> None:
    """For models that are not symmetric: prefixes, and what servers want to be told. The name tells them apart."""
    ways = {
        "query_prefix": "query: ",
        "query_options": {"input_type": "query"},
        "text_options": {"input_type": "passage"},
    }
    async with endpoint(good, tmp_path, **ways) as it:
        await it.embedder.embed(["a"], query=True)
        await it.embedder.embed(["a"])
        assert it.embedder.name.startswith("mine/m+")
    assert [(said["input"], said["input_type"]) for said in it.requests] == [
        (["query: a"], "query"),
        (["a"], "passage"),
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(0, 40), batch=st.integers(1, 12), bound=st.integers(1, 9))
async def test_batches_are_halved_until_they_pass(tmp_path: Path, count: int, batch: int, bound: int) -> None:
    """Each text has its own vector, however few texts a server takes at once; and what it takes is remembered."""
    texts = [f"{'x' * index}." for index in range(count)]
    async with endpoint(at_most(bound), tmp_path, batch=batch) as it:
        found = await it.embedder.embed(texts)
        assert found == [pytest.approx(unit(vector_of(text))) for text in texts]
        so_far = len(it.requests)
        await it.embedder.embed(texts)
    assert all(len(request["input"]) <= bound for request in it.requests[so_far:])


async def test_a_request_holds_no_more_than_its_tokens(tmp_path: Path) -> None:
    """Voyage refuses 120,000, OpenAI 300,000, however few the texts."""
    async with endpoint(good, tmp_path) as it:
        await it.embedder.embed(["w " * 12_000] * 20)
    assert all(sum(map(len, request["input"])) <= 300_000 for request in it.requests)
    assert sum(len(request["input"]) for request in it.requests) == 20


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_text_that_is_too_long_is_cut_for_itself(tmp_path: Path, status: int) -> None:
    """Its neighbours keep their vectors, the texts that come later are cut at once, and none is sent one by one."""
    async with endpoint(at_most(1000, status, longest), tmp_path) as it:
        found = await it.embedder.embed(["short", "l" * 900_000, "other"])
        assert found[0] == pytest.approx(unit(vector_of("short")))
        assert all(map(len, found))
        so_far = len(it.requests)
        await it.embedder.embed(["m" * 5000, "n" * 5000])
    assert len(it.requests) == so_far + 1


async def test_what_is_wrong_with_any_text_is_said_at_once(tmp_path: Path) -> None:
    """A refusal that no shorter text helps against is the error, in the server's words."""
    async with endpoint(lambda _: refusal(400, "this model does not support embeddings"), tmp_path) as it:
        with pytest.raises(ProviderRejected, match="does not support embeddings"):
            await it.embedder.embed(["a text that is long enough to be cut in half more than once " * 9] * 3)
    assert len(it.requests) < 12


@pytest.mark.parametrize("row", [None, [], [None, None, None], [float("nan")] * 3, [0, 0, 0]])
async def test_a_text_without_numbers_has_no_vector(tmp_path: Path, row: object) -> None:
    """NaN, null and nothing: the text has none, the others have theirs."""

    def behave(request: Json) -> Answer:
        rows = [row if text == "bad" else vector_of(text) for text in request["input"]]
        return 200, {"data": [{"index": i, "embedding": numbers} for i, numbers in enumerate(rows)]}

    async with endpoint(behave, tmp_path) as it:
        assert await it.embedder.embed(["good", "bad"]) == [pytest.approx(unit(vector_of("good"))), []]


async def test_a_text_that_breaks_the_server_has_no_vector(tmp_path: Path) -> None:
    """Ollama answers 500 to a whole batch when one text comes out as NaN."""
    said = refusal(500, "failed to encode response: json: unsupported value: NaN")
    async with endpoint(lambda it: said if "bad" in it["input"] else good(it), tmp_path) as it:
        found = await it.embedder.embed(["good", "bad", "fine"])
    assert [bool(vector) for vector in found] == [True, False, True]


async def test_an_empty_answer_to_many_is_asked_one_by_one(tmp_path: Path) -> None:
    """Some versions of servers answer lists with nothing."""
    async with endpoint(lambda it: good(it) if len(it["input"]) == 1 else (200, {"data": []}), tmp_path) as it:
        assert all(await it.embedder.embed(["a", "b", "c"]))


async def test_who_is_asked_to_wait_waits(tmp_path: Path) -> None:
    """429 with Retry-After; the texts before are not asked again."""
    wait = (429, {"error": {"message": "slow down"}}, {"Retry-After": "0.05"})
    async with endpoint(after(2, wait), tmp_path) as it:
        assert all(await it.embedder.embed(["a"]))
    assert len(it.requests) == 3


async def test_a_quota_that_is_spent_is_not_waited_for(tmp_path: Path) -> None:
    """OpenAI says 429 to it too, but no waiting brings money; nobody asks twice."""
    spent = (429, {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}})
    async with endpoint(lambda _: spent, tmp_path) as it:
        with pytest.raises(ProviderRejected, match="quota"):
            await it.embedder.embed(["a", "b"])
    assert len(it.requests) == 1


async def test_who_searches_does_not_wait_long(tmp_path: Path) -> None:
    """The error comes at once, and the next one without a request."""
    wait = (429, {"error": {"message": "slow down"}}, {"Retry-After": "50"})
    async with endpoint(after(9, wait), tmp_path) as it:
        for _ in range(2):
            with pytest.raises(RateLimited):
                await it.embedder.embed(["a"], query=True)
    assert len(it.requests) == 1


async def test_a_server_that_is_down_is_left_alone(tmp_path: Path) -> None:
    """After some failures in a row nobody waits for it: a query fails at once."""
    async with endpoint(lambda _: refusal(503, "loading"), tmp_path) as it:
        for _ in range(5):
            with pytest.raises(ProviderUnavailable):
                await it.embedder.embed(["a"], query=True)
        so_far = len(it.requests)
        with pytest.raises(ProviderUnavailable, match="is asked again in"):
            await it.embedder.embed(["a"], query=True)
    assert len(it.requests) == so_far


async def test_other_dimensions_than_asked_for_are_an_error(tmp_path: Path) -> None:
    """A server that does not know `dimensions` passes over it; the setting to change is named."""
    async with endpoint(good, tmp_path, dimensions=2) as it:
        with pytest.raises(ProviderRejected, match=r"3 numbers, not 2\. Set search\.embeddings\.dimensions"):
            await it.embedder.embed(["a"])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"<html>", "is no JSON"),
        ([], "holds no list"),
        ({"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]}, "2 vectors for 1"),
        ({"data": [{"embedding": "@@"}]}, "no base64"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_an_error(tmp_path: Path, answer: object, says: str) -> None:
    """It is said what of it does not."""
    async with endpoint(lambda _: (200, answer), tmp_path) as it:
        with pytest.raises(InvalidAnswer, match=says):
            await it.embedder.embed(["a"])


async def test_vectors_of_tokens_are_an_error_with_its_remedy(tmp_path: Path) -> None:
    """A server that was started without a pooling."""
    async with endpoint(lambda _: (200, {"data": [{"index": 0, "embedding": [[1, 2], [3, 4]]}]}), tmp_path) as it:
        with pytest.raises(ProviderRejected, match="pooling"):
            await it.embedder.embed(["a"])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("opena", "no provider 'opena'. Did you mean openai?"),
        ({"provider": "anthropic", "model": "m"}, "speaks anthropic, which has no embeddings"),
        ({"provider": "openai"}, "name a model of openai"),
        ({"provider": "openai", "model": "m", "size": 1}, "unknown key"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(said: object, problem: str) -> None:
    """When the configuration is read, with what can be said instead."""
    with pytest.raises(ConfigurationError, match=problem):
        load_config(environ={"ANTIPHON_SEARCH__EMBEDDINGS": json.dumps(said)})


def test_vectors_can_be_switched_off(tmp_path: Path) -> None:
    """Then there is nothing that makes them."""
    config = load_config(environ={"ANTIPHON_SEARCH__EMBEDDINGS": "none"})
    assert open_embedder(Models(config), lambda: tmp_path) is None
