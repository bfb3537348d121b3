"""Videos that were erased, wholly or in part: nothing is taken from them again."""

from __future__ import annotations

from framecurate_assets.lake.forgotten import is_forgotten
from framecurate_assets.lake.lake import Lake, NotMaterialisedError
from framecurate_assets.lake.tables import SEALED_VIDEOS


class ErasedError(NotMaterialisedError):
    """A video is to be made again that was erased; its rows, if it has any, are to stay as they are."""


def is_sealed(lake: Lake, video_id: str) -> bool:
    """Whether the video showed a person who was erased: it keeps its other frames, and its file is gone for good."""
    return lake.path(SEALED_VIDEOS, video_id).exists()


def refuse_erased(lake: Lake, video_id: str) -> None:
    """Let nothing be fetched or sampled that was erased.

    Raises:
        ErasedError: the video is sealed or forgotten.
    """
    if is_sealed(lake, video_id):
        raise ErasedError(
            f"{video_id} shows a person who was erased: it is never fetched or sampled again",
            "What shows other people stays as it is; `framecurate forget` erases the rest of it",
        )
    if is_forgotten(lake, "video", video_id):
        raise ErasedError(f"{video_id} was erased", "`framecurate add --allow-forgotten` takes it in again")
