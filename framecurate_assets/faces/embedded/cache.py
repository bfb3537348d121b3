"""Where what was worked out from installed files is kept for the next process."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path | None:
    """`framecurate` in the user's cache folder: `XDG_CACHE_HOME`, or `~/.cache`. All in it may be removed at any time.

    None where the user has no home.

    Source: XDG Base Directory Specification.
    """
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "framecurate"
    except RuntimeError:
        return None
