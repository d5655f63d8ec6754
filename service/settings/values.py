"""The rules for all settings, and kinds of values that many of them have."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict

SYSTEM_FILE = "system_config.yml"
"""The file that is shipped."""

AUTO = "auto"
"""The default model that is looked for: see `settings/choosing.py`."""


def address(value: str) -> str:
    """A URL may not carry a password: it would be printed wherever the address is."""
    parts = urlsplit(value)
    if not parts.scheme or not parts.netloc:
        raise ValueError("must be an address such as https://host/path.")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password. Set them under their own keys.")
    return value


Address = Annotated[str, AfterValidator(address)]


class Frozen(BaseModel):
    """The rules for all settings: no unknown keys, no change, no coercion, and no value in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False)
