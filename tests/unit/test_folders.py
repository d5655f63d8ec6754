"""Where cache and data are."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.folders import cache_folder, data_folder


def test_folders_follow_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable moves its folder."""
    monkeypatch.setenv("ANTIPHON_CACHE_DIR", str(tmp_path / "c"))
    monkeypatch.setenv("ANTIPHON_DATA_DIR", str(tmp_path / "d"))
    assert (cache_folder(), data_folder()) == (tmp_path / "c", tmp_path / "d")


def test_folders_are_the_users_own_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variables they are absolute, named after the service, and two."""
    monkeypatch.delenv("ANTIPHON_CACHE_DIR", raising=False)
    monkeypatch.delenv("ANTIPHON_DATA_DIR", raising=False)
    assert "antiphon" in str(cache_folder())
    assert cache_folder().is_absolute()
    assert cache_folder() != data_folder()
