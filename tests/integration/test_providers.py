"""What each misbehaviour of a provider becomes, on both protocols."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import AsyncIterator

import pytest

from service.chat import Completion, Timeouts, Usage
from service.errors import ProviderError, ProviderRejected, ProviderTimeout, ProviderUnavailable, RateLimited
from service.providers.faults import ContextOverflow
from tests.support.fault_server import FaultServer, self_signed_context
from tests.support.provider_calls import KEY, answer, ask, both, failure, opened


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[FaultServer]:
    """Our own fault server."""
    async with FaultServer() as running:
        yield running


@both
async def test_a_character_that_a_server_cut_in_two_is_whole(server: FaultServer, protocol: str) -> None:
    """The answer is paid for; its halves are in two events, and pings between them."""
    async with opened(protocol, server.url("torn")) as provider:
        assert (await answer(provider))[0] == "Hello 😀 wörld"


@both
@pytest.mark.parametrize("case", ["good", "bytewise", "plain_json", "no_goodbye", "no_last_blank"])
async def test_good_answer_is_read_whole(server: FaultServer, protocol: str, case: str) -> None:
    """However it is cut or ended; the input includes what was cached."""
    async with opened(protocol, server.url(case)) as provider:
        text, completion = await answer(provider)
    assert (text, completion.finish_reason) == ("Hello wörld", "stop")
    assert (completion.usage.input_tokens, completion.usage.output_tokens) == (7, 2)


@both
@pytest.mark.parametrize(
    ("case", "finish", "usage"),
    [("usage_missing", "stop", Usage()), ("stall_after_finish", "stop", Usage())],
)
async def test_missing_usage_loses_no_answer(
    server: FaultServer, protocol: str, case: str, finish: str, usage: Usage
) -> None:
    """An answer that said that it is finished is kept, whatever happens to the rest."""
    async with opened(protocol, server.url(case)) as provider:
        assert await answer(provider) == ("Hello wörld", Completion(finish, usage, None))


@both
async def test_content_filter_is_a_finish_reason(server: FaultServer, protocol: str) -> None:
    """It is data, not an error."""
    async with opened(protocol, server.url("content_filter")) as provider:
        assert (await answer(provider))[1].finish_reason == "content_filter"


@both
@pytest.mark.parametrize(
    "case",
    [
        "reset_mid_body",
        "truncated",
        "truncated_event",
        "truncated_chunk",
        "malformed_json",
        "wrong_shape",
        "not_http",
        "html",
        "empty_choices",
        "empty_body",
        "nothing",
        "error_mid_stream",
        "error_200",
    ],
)
async def test_broken_answer_is_unavailable(server: FaultServer, protocol: str, case: str) -> None:
    """An answer that breaks off or makes no sense can be asked for again."""
    async with opened(protocol, server.url(case)) as provider:
        before = server.calls[case]
        text, error = await failure(provider)
    assert type(error) is ProviderUnavailable
    assert error.retryable
    assert text in ("", "Hello ", "Hello wörld")
    assert server.calls[case] == before + 1


@both
async def test_text_before_a_break_was_seen(server: FaultServer, protocol: str) -> None:
    """What came before the reset was yielded."""
    async with opened(protocol, server.url("reset_mid_body")) as provider:
        text, _ = await failure(provider)
    assert text.startswith("Hello ")


@both
@pytest.mark.parametrize(
    ("case", "kind", "wait"),
    [
        ("status_400", ProviderRejected, None),
        ("status_401", ProviderRejected, None),
        ("status_403", ProviderRejected, None),
        ("status_404", ProviderRejected, None),
        ("status_413", ContextOverflow, None),
        ("status_422", ProviderRejected, None),
        ("moved", ProviderRejected, None),
        ("quota", ProviderRejected, None),
        ("overflow", ContextOverflow, None),
        ("status_408", ProviderUnavailable, None),
        ("status_409", ProviderUnavailable, None),
        ("status_500", ProviderUnavailable, None),
        ("status_502", ProviderUnavailable, None),
        ("status_503", ProviderUnavailable, 3.0),
        ("status_504", ProviderUnavailable, None),
        ("status_529", ProviderUnavailable, None),
        ("limit_ms", RateLimited, 1.5),
        ("limit_date", RateLimited, 0.0),
        ("limit_silent", RateLimited, None),
        ("limit_mid_stream", RateLimited, None),
    ],
)
async def test_refusal_becomes_its_error(
    server: FaultServer, protocol: str, case: str, kind: type[ProviderError], wait: float | None
) -> None:
    """A status and its body become one class, which says whether a retry can help, and when."""
    async with opened(protocol, server.url(case)) as provider:
        _, error = await failure(provider)
    assert type(error) is kind
    assert error.retry_after == wait
    assert error.retryable is (kind in (ProviderUnavailable, RateLimited))


@both
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("slow_first_token", "no token within 2000 ms (first-token timeout)"),
        ("slow_after_head", "no token within 2000 ms (first-token timeout)"),
        ("pings", "no token within 2000 ms (first-token timeout)"),
        ("stall_mid_stream", "no further token for 2000 ms (between-token timeout)"),
    ],
)
async def test_silence_is_a_timeout(server: FaultServer, protocol: str, case: str, words: str) -> None:
    """Comments and pings are not tokens; the message says which timeout it was."""
    async with opened(protocol, server.url(case)) as provider:
        _, error = await failure(provider, ask(Timeouts(20.0, 2.0, 60.0)))
    assert type(error) is ProviderTimeout
    assert words in error.message


@both
async def test_endless_answer_meets_the_total_timeout(server: FaultServer, protocol: str) -> None:
    """Tokens that keep coming do not extend the call for ever, and what came is kept."""
    async with opened(protocol, server.url("drips")) as provider:
        text, error = await failure(provider, ask(Timeouts(20.0, 20.0, 2.0)))
    assert text.startswith("Hello ")
    assert "did not finish within 2000 ms (total timeout)" in error.message


@both
async def test_connection_refused_is_unavailable(protocol: str) -> None:
    """Nobody listens: it can be tried again."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        async with opened(protocol, f"http://127.0.0.1:{unheard.getsockname()[1]}") as provider:
            _, error = await failure(provider)
    assert type(error) is ProviderUnavailable
    assert "cannot be reached" in error.message


@both
async def test_connect_timeout_is_named(protocol: str) -> None:
    """A listener whose backlog is full lets nobody in."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        async with opened(protocol, f"http://127.0.0.1:{full.getsockname()[1]}") as provider:
            _, error = await failure(provider, ask(Timeouts(0.2, 20.0, 60.0)))
    assert type(error) is ProviderTimeout
    assert "within 200 ms (connect timeout)" in error.message


@both
async def test_plain_http_behind_https_is_unavailable(server: FaultServer, protocol: str) -> None:
    """A handshake that fails for want of TLS on the other side."""
    async with opened(protocol, server.url("good").replace("http:", "https:")) as provider:
        _, error = await failure(provider)
    assert type(error) is ProviderUnavailable


@both
async def test_untrusted_certificate_is_rejected(self_signed: ssl.SSLContext, protocol: str) -> None:
    """Asking again would not make it trustworthy."""
    async with FaultServer(self_signed) as secure, opened(protocol, secure.url("good")) as provider:
        _, error = await failure(provider)
    assert type(error) is ProviderRejected
    assert "certificate cannot be trusted" in error.message


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody vouches for."""
    if (context := self_signed_context(tmp_path_factory.mktemp("tls"))) is None:
        pytest.skip("needs the openssl command to make a certificate")
    return context


@both
async def test_key_is_never_in_an_error(server: FaultServer, protocol: str) -> None:
    """Not even when the provider repeats it."""
    async with opened(protocol, server.url("echoes_key")) as provider:
        _, error = await failure(provider)
    assert "Bad key [key] and [key]" in error.message
    assert KEY not in f"{error!r} {error} {provider.config!r}"
