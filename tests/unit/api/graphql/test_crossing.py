"""A GET that a stranger's page can cause is not run."""

from __future__ import annotations

import pytest

from service.api.graphql.crossing import may_get

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64)", "host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "content-type": "text/plain"}, False),
        ({"sec-fetch-site": "cross-site", "content-type": "application/json"}, True),
        ({"sec-fetch-site": "cross-site", "apollo-require-preflight": "true"}, True),
        ({"sec-fetch-site": "cross-site", "x-apollo-operation-name": "Page"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "https://front.example"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({}, False),
        ({"referer": "http://127.0.0.1:8000/chat"}, True),
        ({"referer": "http://evil.example/127.0.0.1:8000"}, False),
        ({"referer": "http://[half"}, False),
        ({"user-agent": "curl/8.5"}, True),
    ],
)
def test_a_browser_is_believed_where_it_says_where_a_request_comes_from(headers: dict[str, str], allowed: bool) -> None:
    """An origin is checked before; what is no browser is no page's."""
    assert may_get(BROWSER | headers) is allowed
