"""Print every figure that the documentation quotes, one benchmark after the other.

    python -m benchmarks

Each can be run alone: python -m benchmarks.sampling, .recall, .identity, and so on. Clips and labelled faces that
a benchmark cannot make itself are looked for in ../shared.
"""

import subprocess
import sys

BENCHMARKS = (
    "sampling",
    "shots",
    "face_cost",
    "recall",
    "identity",
    "identity_scale",
    "id_stability",
    "alarms",
    "budget",
    "orchestration",
    "download",
)


def main() -> None:
    for name in BENCHMARKS:
        print(f"\n## {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
