"""Print every figure that the documentation quotes, one benchmark after the other, as Markdown.

    python -m benchmarks [> figures.md]

Each can be run alone: python -m benchmarks.sampling, .recall, .identity, and so on. Clips and labelled faces that
a benchmark cannot make itself are looked for in ../shared.
"""

import subprocess
import sys

from benchmarks.machine import print_machine

BENCHMARKS = (
    "end_to_end",
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
    "large_lake",
    "download",
)


def main() -> None:
    print_machine()
    for name in BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
