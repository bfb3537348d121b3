"""What Dagster costs a video, beside decoding, models and writing: one range run of the four per-video assets.

    python -m benchmarks.orchestration [--videos N] [--folder DIR]

Tiny clips (one second of 1280x720, no face, three frames sampled), all checks, a real SQLite instance in a
temporary folder. Functions that decode, measure, run models or write are timed where the assets call them; what
is left is starting the run, events, checks and bookkeeping, and is what the issue bounds: under 100 ms a video.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import dagster as dg
import numpy as np

from framecurate_assets.assets import describe, detected_faces, face_candidates, raw_videos, sampled_frames
from framecurate_assets.assets.partitions import register_videos
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.definitions import defs
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.pipeline import QUIET
from framecurate_assets.resources import SilentProgress, Workspace
from framecurate_assets.sources.source import Source, identify
from framecurate_assets.sources.source_list import add_sources
from framecurate_assets.stages import PER_VIDEO

TIMED: dict[str, list[tuple[Any, str]]] = {
    "intake and decoding": [(raw_videos, "take_in"), (sampled_frames, "sample_frames")],
    "models": [
        (detected_faces, "_open_engine"),
        (detected_faces, "EmotionModel"),
        (detected_faces, "analyse_frame"),
        (face_candidates, "judge"),
    ],
    "measuring and drawing": [
        (sampled_frames, "measure_frame"),
        (sampled_frames, "shot_feature"),
        (sampled_frames, "shot_numbers"),
        (sampled_frames, "shrink"),
        (sampled_frames, "sheet_of_tiles"),
        (face_candidates, "sheet_of_tiles"),
    ],
    "reading and writing": [
        (sampled_frames, "encode_jpeg"),
        (sampled_frames, "replaced_folder"),
        (face_candidates, "replaced_folder"),
        (detected_faces, "read_picture"),
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
        spent: dict[str, float] = defaultdict(float)
        with open_instance(folder) as instance:
            register_videos(instance, sources)
            with _timed(spent):
                wall, processor = time.perf_counter(), time.process_time()
                events = _run(instance, folder, sources)
                wall, processor = time.perf_counter() - wall, time.process_time() - processor
    _print(spent, wall, processor, len(sources), events)


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


def _run(instance: dg.DagsterInstance, folder: DataFolder, sources: list[Source]) -> int:
    """One range run of all videos; the number of its events."""
    result = dg.materialize(
        [*defs.assets, *defs.asset_checks],  # type: ignore[misc]
        selection=dg.AssetSelection.assets(*[stage.name for stage in PER_VIDEO]),
        instance=instance,
        resources={"workspace": Workspace(data_folder=str(folder.root)), "progress": SilentProgress()},
        run_config=QUIET,
        tags={
            "dagster/asset_partition_range_start": sources[0].video_id,
            "dagster/asset_partition_range_end": sources[-1].video_id,
        },
    )
    failed = [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]
    if failed:
        raise SystemExit(f"Checks failed: {', '.join(failed)}")
    return len(instance.all_logs(result.run_id))


def _print(spent: dict[str, float], wall: float, processor: float, videos: int, events: int) -> None:
    rest = wall - sum(spent.values())
    print(f"{videos} videos, {events} events, {wall:.1f} s ({processor:.1f} s of processor time)\n")
    print("| part | s | ms a video |\n| --- | --- | --- |")
    for name, seconds in [*spent.items(), ("the rest: starting, events, checks", rest)]:
        print(f"| {name} | {seconds:.2f} | {1000 * seconds / videos:.1f} |")


@contextmanager
def _timed(spent: dict[str, float]) -> Iterator[None]:
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

    def __init__(self, spent: dict[str, float]) -> None:
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
        start = time.perf_counter()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                self._spent[kind] += time.perf_counter() - start


if __name__ == "__main__":
    main()
