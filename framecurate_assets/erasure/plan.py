"""What an erasure takes away: videos as a whole, or the frames in which a person is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from framecurate_assets.erasure.person import Appearances
from framecurate_assets.lake import tables
from framecurate_assets.lake.files import write_bytes
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.standing import Standing


@dataclass(frozen=True)
class SealedVideo:
    """A video that loses some of its frames, and its file."""

    frame_ids: tuple[str, ...]
    """The frames that go."""
    face_ids: tuple[str, ...]
    """All detected faces in them, other people's too."""
    frames_erased: int
    """Frames that went from it once this is done, earlier erasures included."""
    faces_erased: int
    """The same of faces."""


@dataclass(frozen=True)
class Plan:
    """All that has to be known to carry an erasure out, again after a crash too."""

    videos: tuple[str, ...] = ()
    """Videos of which nothing stays."""
    persons: tuple[str, ...] = ()
    """Person ids of which nothing stays."""
    sealed: Mapping[str, SealedVideo] = field(default_factory=dict)
    """By video id."""
    texts: tuple[str, ...] = ()
    """What else names what goes: the sources of the videos, and the hashes of files."""

    @property
    def frame_ids(self) -> list[str]:
        """The frames that go from videos that stay."""
        return [frame_id for video in self.sealed.values() for frame_id in video.frame_ids]

    def joined(self, other: Plan) -> Plan:
        """Both as one."""
        return Plan(
            tuple(dict.fromkeys([*self.videos, *other.videos])),
            tuple(dict.fromkeys([*self.persons, *other.persons])),
            {**self.sealed, **other.sealed},
            tuple(dict.fromkeys([*self.texts, *other.texts])),
        )


def plan_video(video_id: str, lake: Lake) -> Plan:
    """All there is of a video."""
    rows = lake.read_all(tables.RAW_VIDEOS, [video_id])
    texts = [text for name in ("source", "sha256") for text in rows[name].drop_nulls()]
    attempts = lake.read_all(tables.FETCH_ATTEMPTS, [video_id])
    return Plan(videos=(video_id,), texts=tuple(dict.fromkeys([*texts, *attempts["source"].drop_nulls()])))


def plan_person(persons: tuple[str, ...], seen: Appearances, lake: Lake) -> Plan:
    """Every frame in which a person is seen; a video of which no frame is left goes as a whole.

    Args:
        persons: the person, and all who are part of them.
        seen: where.
        lake: the tables.
    """
    plan = Plan(persons=persons)
    for video_id in seen.faces["video_id"].unique(maintain_order=True):
        frames = lake.read(tables.SAMPLED_FRAMES, video_id)["frame_id"]
        going = frames.filter(frames.is_in(seen.faces["frame_id"].to_list()))
        if going.len() == frames.len():
            plan = plan.joined(plan_video(video_id, lake))
            continue
        faces = lake.read(tables.DETECTED_FACES, video_id)
        face_ids = faces["face_id"].filter(faces["frame_id"].is_in(going.to_list()))
        before = lake.read_all(tables.SEALED_VIDEOS, [video_id])
        video = SealedVideo(
            tuple(going),
            tuple(face_ids),
            going.len() + int(before["frames_erased"].sum()),
            face_ids.len() + int(before["faces_erased"].sum()),
        )
        hashes = lake.read(tables.RAW_VIDEOS, video_id)["sha256"].drop_nulls()
        plan = plan.joined(Plan(sealed={video_id: video}, texts=tuple(hashes)))
    return plan


def persons_in(person_id: str, standing: Standing) -> tuple[str, ...]:
    """A person, and all who are part of them by the whole log; of somebody's part the whole."""
    rulings = standing.rulings
    whole = rulings.person(person_id)
    known = dict.fromkeys([*standing.people.given, *rulings.splits])
    return (whole, *(part for part in known if part != whole and rulings.person(part) == whole))


def begin(plan: Plan, folder: DataFolder) -> None:
    """Keep the plan until it is carried out, so that an erasure that was killed can be finished."""
    write_bytes(folder.erasure, _STORED.dump_json(plan))


def interrupted(folder: DataFolder) -> Plan | None:
    """The plan of an erasure that was killed; null where there is none."""
    return _STORED.validate_json(folder.erasure.read_bytes()) if folder.erasure.exists() else None


def end(folder: DataFolder) -> None:
    """Nothing is left to do."""
    folder.erasure.unlink(missing_ok=True)


_STORED = TypeAdapter(Plan)
