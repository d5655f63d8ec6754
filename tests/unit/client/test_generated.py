"""What of the client is generated is what its sources say: after a change of the schema, `scripts/generate-client`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_generated_modules_are_up_to_date() -> None:
    """Operations, models and the client for threads."""
    command = [sys.executable, ROOT / "scripts" / "generate-client", "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
