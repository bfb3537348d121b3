"""What Dagster costs a video, beside decoding, models and writing: one range run of the four per-video assets.

    python -m benchmarks.orchestration [--videos N] [--folder DIR]

Tiny clips (one second of 1280x720, no face, three frames sampled), all checks, a real SQLite instance in a
temporary folder. Functions that decode, measure, run models or write are timed where the assets call them; what
is left is starting the run, events, checks and bookkeeping, and is what the issue bounds: under 50 ms a video.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import av
import dagster as dg
import numpy as np
import numpy.typing as npt

from framecurate_assets.assets import describe, face_candidates, raw_videos, sampled_frames
from framecurate_assets.assets.partitions import register_videos
from framecurate_assets.compute.compute import InThisProcess
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_stages import QUIET
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.source import Source, identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_assets.stages import PER_VIDEO

Seconds: TypeAlias = npt.NDArray[np.float64]
"""Of wall-clock time and of processor time."""
Spent: TypeAlias = dict[str, Seconds]

TIMED: dict[str, list[tuple[Any, str]]] = {
    "taking in": [(raw_videos, "take_in")],
    "work that workers do: decoding, measuring, models, pictures": [(InThisProcess, "submit")],
    "judging": [(face_candidates, "choose_candidates")],
    "reading and writing": [
        (sampled_frames, "replaced_folder"),
        (face_candidates, "replaced_folder"),
        (describe, "write_bytes"),
        (Lake, "write"),
        (Lake, "read"),
        (Lake, "read_all"),
    ],
}
"""Where the time that is no orchestration goes: by kind, the names that the assets call."""

ENTERED = ("replaced_folder",)
"""Of these, the ones whose entering and leaving counts, and not what happens in between."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--videos", type=int, default=60)
    parser.add_argument(
        "--folder", type=Path, help="where the temporary folder is made: events are as fast as its disk"
    )
    arguments = parser.parse_args()
    with TemporaryDirectory(dir=arguments.folder) as place:
        folder = DataFolder(Path(place) / "data")
        sources = _prepare(folder, Path(place), arguments.videos)
        spent: Spent = defaultdict(lambda: np.zeros(2))
        with open_instance(folder) as instance:
            register_videos(instance, sources)
            with _timed(spent):
                started = _now()
                run_id = _run(instance, folder, sources)
                whole = _now() - started
            events = len(instance.all_logs(run_id))
    _print(spent, whole, len(sources), events)


def _prepare(folder: DataFolder, place: Path, count: int) -> list[Source]:
    """Clips with different content, on the list of sources; as few frames a video as there can be."""
    sources = [identify(str(_write_clip(place / f"{number}.mp4", number))) for number in range(count)]
    add_sources(folder.sources_file, sources)
    folder.policy_file.write_text("sampling: {frames_per_section: 1}\n", encoding="utf-8")
    return sources


def _write_clip(path: Path, number: int) -> Path:
    picture = np.random.default_rng(number).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for shift in range(10):
            enlarged = np.roll(picture, shift, axis=1).repeat(80, axis=0).repeat(80, axis=1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(enlarged, format="rgb24")))
        container.mux(stream.encode())
    return path


def _run(instance: dg.DagsterInstance, folder: DataFolder, sources: list[Source]) -> str:
    """One range run of all videos, checks included; its id."""
    result = dg.materialize(
        [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
        selection=dg.AssetSelection.assets(*[stage.name for stage in PER_VIDEO]),
        instance=instance,
        resources={
            "workspace": Workspace(data_folder=str(folder.root)),
            "progress": SilentProgress(),
            "compute": InThisProcess(),
        },
        run_config=QUIET,
        tags={
            "dagster/asset_partition_range_start": sources[0].video_id,
            "dagster/asset_partition_range_end": sources[-1].video_id,
        },
    )
    failed = [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]
    if failed:
        raise SystemExit(f"Checks failed: {', '.join(failed)}")
    return result.run_id


def _print(spent: Spent, whole: Seconds, videos: int, events: int) -> None:
    print(f"{videos} videos, {events} events, {whole[0]:.1f} s ({whole[1]:.1f} s of processor time)\n")
    print("| part | s | ms a video | of processor time |\n| --- | --- | --- | --- |")
    rest = whole - sum(spent.values(), np.zeros(2))
    for name, seconds in [*spent.items(), ("the rest: starting, events, checks", rest)]:
        wall, processor = 1000 * seconds / videos
        print(f"| {name} | {seconds[0]:.2f} | {wall:.1f} | {processor:.1f} |")


def _now() -> Seconds:
    """Wall-clock and processor time, s."""
    return np.array([time.perf_counter(), time.process_time()])


@contextmanager
def _timed(spent: Spent) -> Iterator[None]:
    """Count the time inside the functions of `TIMED`, each moment once."""
    clock = _Clock(spent)
    with ExitStack() as stack:
        for kind, places in TIMED.items():
            for place, name in places:
                original = getattr(place, name)
                wrap = clock.of_context if name in ENTERED else clock.of_call
                setattr(place, name, wrap(original, kind))
                stack.callback(setattr, place, name, original)
        yield


class _Clock:
    """Sums time by kind; while a timed function calls another, only the outer one counts."""

    def __init__(self, spent: Spent) -> None:
        self._spent = spent
        self._depth = 0

    def of_call(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        """The function, timed; the items of an iterator that it returns are timed too."""

        def timed(*arguments: Any, **named: Any) -> Any:
            with self._counting(kind):
                result = function(*arguments, **named)
            return self._items(result, kind) if isinstance(result, Iterator) else result

        return timed

    def of_context(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        """The context manager, timed while it is entered and left."""

        @contextmanager
        def timed(*arguments: Any) -> Iterator[Any]:
            with ExitStack() as stack:
                with self._counting(kind):
                    entered = function(*arguments)
                    value = entered.__enter__()

                def leave(*error: Any) -> Any:
                    with self._counting(kind):
                        return entered.__exit__(*error)

                stack.push(leave)
                yield value

        return timed

    def _items(self, items: Iterator[Any], kind: str) -> Iterator[Any]:
        end = object()
        while True:
            with self._counting(kind):
                item = next(items, end)
            if item is end:
                return
            yield item

    @contextmanager
    def _counting(self, kind: str) -> Iterator[None]:
        start = _now()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._spent[kind] += _now() - start


if __name__ == "__main__":
    main()
