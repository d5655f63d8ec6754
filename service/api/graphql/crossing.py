"""Which requests by GET are run: none that a stranger's page can make a browser send.

Owns the rule of Apollo's servers (https://www.apollographql.com/docs/graphos/routing/security/csrf), with what browsers
say of themselves since. Knows nothing of GraphQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

ASKING = ("x-apollo-operation-name", "apollo-require-preflight", "graphql-require-preflight", "authorization")
"""Headers that a page of another origin may send only where it was allowed to beforehand."""

_FROM_HERE = ("same-origin", "none")
"""Where a request comes from: a page of ours, or a person (a bookmark, an address that was typed)."""

_SIMPLE = ("", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""Types of content that a page of another origin may name without asking."""

REFUSED = (
    "A GET that a page of another site can cause is not run: send `apollo-require-preflight: true` or "
    "`Content-Type: application/json`, or use POST."
)


def may_get(headers: Mapping[str, str]) -> bool:
    """Whether a GET is known to come from no stranger's page. What allowed origins send says so by `Origin`."""
    if any(headers.get(name) for name in ASKING) or headers.get("origin"):
        return True
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in _SIMPLE:
        return True
    if (site := headers.get("sec-fetch-site")) is not None:
        return site in _FROM_HERE
    # Browsers that are old, or speak to an address that is not secure, do not say where a request comes from.
    return not _is_browser(headers) or _is_of_own_page(headers)


def _is_browser(headers: Mapping[str, str]) -> bool:
    """Every browser begins its name like this, and no page can change it without asking."""
    return headers.get("user-agent", "").startswith("Mozilla/")


def _is_of_own_page(headers: Mapping[str, str]) -> bool:
    try:
        return urlsplit(headers.get("referer", "")).netloc == headers.get("host", "")
    except ValueError:
        return False
