"""Plans for tests, as a caller or a model writes them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def step(id: str, prompt: str = "Say something.", **more: Any) -> Json:
    """A step of a plan."""
    return {"id": id, "prompt": prompt, **more}


def steps(*made: Json, **more: Any) -> Json:
    """A plan of these steps."""
    return {"steps": list(made), **more}
