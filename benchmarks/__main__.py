"""`python -m benchmarks`: all of them, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "bench", "attackers", "generate", "histories", "texts"}


def main() -> int:
    """Each in a process of its own; the exit code of the last that failed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    codes = [subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *sys.argv[1:]]).returncode for name in names]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
