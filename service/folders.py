"""Where Antiphon keeps what it can fetch again (cache) and what it cannot (data); a leaf."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import platformdirs

from service.errors import ConfigurationError, SetupError

_APP = "antiphon"


def cache_folder() -> Path:
    """The folder for downloads: `ANTIPHON_CACHE_DIR`, else the user's cache folder."""
    chosen = os.environ.get("ANTIPHON_CACHE_DIR")
    return whole(Path(chosen)) if chosen else user_cache_folder()


def data_folder() -> Path:
    """The folder for the graph and all else that must survive: `ANTIPHON_DATA_DIR`, else the user's own."""
    chosen = os.environ.get("ANTIPHON_DATA_DIR")
    return whole(Path(chosen)) if chosen else user_data_folder()


def user_cache_folder() -> Path:
    """The user's folder for downloads. Raises `ConfigurationError` for a user without a home."""
    return _users_own(platformdirs.user_cache_path)


def user_data_folder() -> Path:
    """The user's folder for data. Raises `ConfigurationError` for a user without a home."""
    return _users_own(platformdirs.user_data_path)


def user_config_folder() -> Path | None:
    """The user's folder for configuration; None for a user without a home."""
    try:
        return platformdirs.user_config_path(_APP)
    except RuntimeError:
        return None


def _users_own(find: Callable[[str], Path]) -> Path:
    try:
        return _readable(find(_APP))
    except ValueError as error:
        raise ConfigurationError(f"The folder of your user {error}") from None
    except RuntimeError:
        raise ConfigurationError(
            "You have no home folder to keep data and downloads in.",
            remedy="Name folders for them with ANTIPHON_DATA_DIR and ANTIPHON_CACHE_DIR, or set HOME.",
        ) from None


def whole(path: Path) -> Path:
    """The path from the root; `~` is the user's home. Raises `ValueError` where that home is not known."""
    try:
        return _readable(path.expanduser().absolute())
    except RuntimeError:
        raise ValueError("begins with ~, and that home folder is not known. Write the whole path.") from None


def _readable(path: Path) -> Path:
    """The path, if its name can be told to others, as Neo4j. Raises `ValueError` where it cannot."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode(errors="surrogateescape").decode(errors="replace")
        raise ValueError(
            f"({shown}) has a name that is not UTF-8, or is read in another encoding here. Set LC_ALL=C.UTF-8, or name "
            "folders with ANTIPHON_DATA_DIR and ANTIPHON_CACHE_DIR."
        ) from None
    return path


def free_megabytes(folder: Path) -> int:
    """How many MB are free on the disk of a folder; 0 where that cannot be told."""
    try:
        return shutil.disk_usage(folder).free // (1 << 20)
    except OSError:
        return 0


def unusable_folder(folder: Path, error: OSError) -> SetupError:
    """The error of a data folder that cannot be made or written."""
    return SetupError(
        f"The data folder {folder} cannot be used: {error.strerror}.",
        remedy="Make room or give the rights, or name another one with ANTIPHON_DATA_DIR.",
    )
