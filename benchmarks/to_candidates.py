"""`framecurate run` as it is, except that it ends after the face candidates: nobody is told apart, no dataset is made.

python -m benchmarks.to_candidates [OPTIONS OF framecurate run] VIDEO...
"""

from __future__ import annotations

import sys


def main() -> None:
    # Worker processes import this module too, and need none of it.
    from framecurate_assets import pipeline
    from framecurate_assets.cli import main as framecurate
    from framecurate_assets.stages import PER_VIDEO

    setattr(pipeline, "STAGES", PER_VIDEO)  # noqa: B010 - no attribute that others may set
    sys.argv = ["framecurate", "run", *sys.argv[1:]]
    framecurate()


if __name__ == "__main__":
    main()
