"""Where Antiphon keeps what it can fetch again (cache) and what it cannot (data); a leaf."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

from service.errors import SetupError

_APP = "antiphon"


def cache_folder() -> Path:
    """The folder for downloads: `ANTIPHON_CACHE_DIR`, else the user's cache folder."""
    chosen = os.environ.get("ANTIPHON_CACHE_DIR")
    return Path(chosen).expanduser().absolute() if chosen else user_cache_path(_APP)


def data_folder() -> Path:
    """The folder for the graph and all else that must survive: `ANTIPHON_DATA_DIR`, else the user's own."""
    chosen = os.environ.get("ANTIPHON_DATA_DIR")
    return Path(chosen).expanduser().absolute() if chosen else user_data_path(_APP)


def unusable_folder(folder: Path, error: OSError) -> SetupError:
    """The error of a data folder that cannot be made or written."""
    return SetupError(
        f"The data folder {folder} cannot be used: {error.strerror}.",
        remedy="Make room or give the rights, or name another one with ANTIPHON_DATA_DIR.",
    )
