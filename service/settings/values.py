"""The rules for all settings, and kinds of values that many of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SYSTEM_FILE = "system_config.yml"
"""The file that is shipped."""

AUTO = "auto"
"""The default model that is looked for: see `settings/choosing.py`."""


@dataclass(frozen=True, slots=True)
class About:
    """What a type tells people of a setting, where its docstring and the type itself do not. See `described.py`.

    Of several, the outer one counts. `example` and `beside` are YAML: `beside` are the keys that the example needs
    next to it (`provider: openai`).
    """

    takes: str | None = None
    """In place of the words for its type."""
    unit: str | None = None
    """What it counts, as `seconds`."""
    default: str | None = None
    """What holds where it is not set. Of a section: for all its keys."""
    example: str | None = None
    beside: str | None = None
    name: str | None = None
    """What the keys of a mapping are: the word in `providers.<name>`."""


def upper(value: object) -> object:
    """Names in capitals may be written in any letters."""
    return value.upper() if isinstance(value, str) else value


def address(value: str) -> str:
    """A URL may not carry a password: it would be printed wherever the address is."""
    parts = urlsplit(value)
    if not parts.scheme or not parts.netloc:
        raise ValueError("must be an address such as https://host/path.")
    if "@" in parts.netloc:
        raise ValueError("must hold no user name or password. Set them under their own keys.")
    return value


Address = Annotated[str, AfterValidator(address), About(takes="an address")]
Seconds = Annotated[float, Field(gt=0), About(unit="seconds")]
Days = Annotated[float, Field(gt=0), About(unit="days")]
Bytes = Annotated[int, Field(gt=0), About(unit="bytes")]
Tokens = Annotated[int, Field(gt=0), About(unit="tokens")]
Dollars = Annotated[float, Field(ge=0), About(unit="USD per million tokens")]
Count = Annotated[int, Field(gt=0)]

Provider = Annotated[str, About(name="provider", example="openai")]
Model = Annotated[str, About(takes="a model", example="openai/gpt-6.1-terra")]
OwnerName = Annotated[str, Field(min_length=1), About(name="owner", takes="an owner", example="alice")]


class Frozen(BaseModel):
    """The rules for all settings: no unknown keys, no change, no coercion, and no value in an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False)
