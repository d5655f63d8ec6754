"""How many files this process may have open: as many as the machine allows, and whether that is enough; a leaf."""

from __future__ import annotations

import sys

from service.errors import SetupError

MOST = 1 << 20
"""More are not asked for: what looks at each number that it may have would look for ever."""

if sys.platform == "win32":

    def allow_all() -> int:
        """Nothing is to be done: there is no such limit."""
        return MOST

else:
    import resource

    def allow_all() -> int:
        """Raise the soft limit of open files to the hard one, and return it. (macOS gives 256, shells 1,024.)"""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError):
                # macOS allows less than it says.
                return soft
        return wanted


def require(files: int, what: str) -> None:
    """Raise `SetupError` where fewer files may be open than `what` needs."""
    allowed = allow_all()
    if allowed < files:
        raise SetupError(
            f"{what} needs {files:,} open files, and {allowed:,} are allowed here (`ulimit -Hn`).",
            remedy=f"Raise that limit to {files:,} or more: the hard limit in /etc/security/limits.conf, "
            "LimitNOFILE= of a systemd unit, or --ulimit nofile= of a container; or set NEO4J_URI to a Neo4j "
            "that runs elsewhere.",
        )
