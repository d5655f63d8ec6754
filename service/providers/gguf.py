"""What a GGUF file says of the model in it: read from its head, without loading it. Blocks for tenths of a second.

The format is https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: a head of keys and values, then the places of
the tensors, then the tensors. Long lists, as the vocabulary is one, are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from service.errors import InvalidInput

_SIZES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9
_KEPT = 4096
"""Values of a list that are kept."""
_LONGEST = 1 << 26
"""Bytes of one text, and values of one list, of a file that is not broken."""
_NO_CHAT = frozenset({"clip", "bert", "nomic-bert", "jina-bert-v2", "t5encoder", "whisper", "gemma-embedding"})


@dataclass(frozen=True, slots=True)
class GgufModel:
    """A model in a file: what it is, the window that it was made for, and the bytes that a token takes in memory."""

    path: Path
    name: str
    architecture: str
    window: int
    token_bytes: int
    has_template: bool

    @property
    def bytes(self) -> int:
        """The size of the file."""
        return self.path.stat().st_size


def read_gguf(path: Path) -> GgufModel:
    """The model in a file. Raises `InvalidInput` for what is none, is cut off, is a part, or does not chat."""
    try:
        with path.open("rb") as file:
            said, end = _read_head(file)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror}.", remedy="Check its name and its rights."
        ) from None
    except (struct.error, UnicodeDecodeError, ValueError, KeyError, MemoryError):
        raise InvalidInput(f"{path} is no whole GGUF file.", remedy="Fetch it again, and check its checksum.") from None
    if path.stat().st_size <= end:
        raise InvalidInput(f"{path} is cut off: its last part is missing.", remedy="Fetch it again.")
    return _model(path, said)


def _model(path: Path, said: Mapping[str, Any]) -> GgufModel:
    kind = str(said.get("general.architecture", ""))
    if int(said.get("split.count", 1)) > 1:
        raise InvalidInput(
            f"{path} is one part of a model.", remedy="Put the parts together: llama-gguf-split --merge."
        )
    if kind in _NO_CHAT or f"{kind}.pooling_type" in said:
        raise InvalidInput(f"{path} holds a model that does not chat ({kind}).", remedy="Name a chat model's file.")
    window = said.get(f"{kind}.context_length")
    if not isinstance(window, int) or window < 1:
        raise InvalidInput(f"{path} does not say how long its context is.", remedy="Name a chat model's file.")
    name = str(said.get("general.name") or path.stem)
    return GgufModel(path, name, kind, window, _token_bytes(said, kind), "tokenizer.chat_template" in said)


def _token_bytes(said: Mapping[str, Any], kind: str) -> int:
    """What llama.cpp keeps of each token of the context: a key and a value in each layer, two bytes a number."""
    layers, heads = int(said.get(f"{kind}.block_count", 1)), _most(said.get(f"{kind}.attention.head_count", 1))
    kept = _most(said.get(f"{kind}.attention.head_count_kv", heads))
    width = int(said.get(f"{kind}.embedding_length", heads)) // max(heads, 1)
    key, value = (int(said.get(f"{kind}.attention.{it}_length", width)) for it in ("key", "value"))
    return layers * kept * (key + value) * 2


def _most(said: Any) -> int:
    """One number for all layers, or one for each."""
    return max(cast("list[int]", said), default=1) if isinstance(said, list) else int(said)


def _read_head(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The keys and values, and where the last tensor begins."""
    if file.read(4) != b"GGUF":
        raise ValueError("no GGUF")
    version, tensors, pairs = struct.unpack("<IQQ", _exactly(file, 20))
    if version not in (2, 3) or max(tensors, pairs) > _LONGEST:
        raise ValueError("an unknown version")
    said: dict[str, Any] = {}
    for _ in range(pairs):
        key = _text(file)
        said[key] = _value(file, _number(file, "I"))
    last = max((_tensor(file) for _ in range(tensors)), default=0)
    step = int(said.get("general.alignment", 32))
    return said, -(-file.tell() // step) * step + last


def _tensor(file: BinaryIO) -> int:
    """Where a tensor begins, after the head."""
    _text(file)
    _exactly(file, 8 * _number(file, "I") + 4)
    return _number(file, "Q")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _TEXT:
        return _text(file)
    if kind == _LIST:
        return _list(file)
    return _number(file, _SIZES[kind])


def _list(file: BinaryIO) -> list[Any]:
    kind, count = struct.unpack("<IQ", _exactly(file, 12))
    if count > _LONGEST:
        raise ValueError("too long")
    if kind in (_TEXT, _LIST):
        kept = [_value(file, kind) for _ in range(min(count, _KEPT))]
        for _ in range(count - len(kept)):
            _value(file, kind)
        return kept
    size = _SIZES[kind]
    kept = [_number(file, size) for _ in range(min(count, _KEPT))]
    file.seek((count - len(kept)) * struct.calcsize(size), 1)
    return kept


def _text(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _LONGEST:
        raise ValueError("too long")
    return _exactly(file, length).decode()


def _number(file: BinaryIO, kind: str) -> Any:
    return struct.unpack(f"<{kind}", _exactly(file, struct.calcsize(f"<{kind}")))[0]


def _exactly(file: BinaryIO, size: int) -> bytes:
    read = file.read(size)
    if len(read) < size:
        raise ValueError("cut off")
    return read
