"""`find`: a person by photos."""

# Typer reads the annotations of each command.

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framecurate_assets.cli.shared import Data, data_folder
from framecurate_assets.errors import FramecurateError

if TYPE_CHECKING:
    from framecurate_assets.reference.ranking import Ranking


def find(
    reference: Annotated[
        list[Path], typer.Option("--reference", help="A photo with one face; give several for a surer answer.")
    ],
    more: Annotated[list[Path] | None, typer.Argument(help="Further photos of the person.", metavar="PHOTO...")] = None,
    data: Data = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Show so many faces at most.")] = None,
    distance: Annotated[
        float | None,
        typer.Option("--threshold", min=0, help="How far a face may be. Default: the policy's, or the engine's own."),
    ] = None,
    output: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    sheet: Annotated[Path | None, typer.Option(help="Write a contact sheet of them, a .webp file.")] = None,
) -> None:
    """Find every face of a person over all videos, nearest first, with its time.

    The photos are described with the engine that described the lake's faces; of several the nearest one counts.
    Nothing of them is stored. Faces that no preset of the policy would take have no descriptor and cannot be
    compared: how many those are is said.

    Exit code: 0 found, or nobody is like it; 1 the machine failed; 2 a photo shows no face or several, or there are
    no faces to compare with.
    """
    from framecurate_assets.lake.lake import Lake
    from framecurate_assets.policy import read_policy
    from framecurate_assets.reference.photos import describe_photos, engine_for_photos, odd_photos
    from framecurate_assets.reference.ranking import rank_faces, threshold
    from framecurate_assets.sql import FORMATS
    from framecurate_assets.terminal import messages

    if output not in FORMATS:
        raise FramecurateError(f"--format {output} is unknown", f"Choose one of {', '.join(FORMATS)}")
    if sheet and (sheet.suffix.lower() != ".webp" or sheet.is_dir()):
        raise FramecurateError(f"--sheet {sheet} is no .webp file", "Name one: --sheet found.webp")
    folder = data_folder(data)
    lake, policy = Lake(folder), read_policy(folder.policy_file)
    photos = [*reference, *(more or [])]
    engine = engine_for_photos(lake, policy.detection)
    near = threshold(policy.identity, engine.name) if distance is None else distance
    descriptors = describe_photos(photos, engine, policy.detection)
    ranking = rank_faces(lake, descriptors, engine.name, near)
    shown = ranking.faces if limit is None else ranking.faces.head(limit)
    for odd in odd_photos(descriptors, threshold(policy.identity, engine.name)):
        messages.print(f"{photos[odd]} looks like none of the other photos: is it the same person?", soft_wrap=True)
    _say_how_many(ranking, len(photos), near)
    if sheet:
        from framecurate_assets.lake.files import write_bytes
        from framecurate_assets.reference.sheet import sheet_of_faces

        write_bytes(sheet.resolve(), sheet_of_faces(shown, lake))
    if shown.height or output != "table":
        rounded = shown.with_columns(shown["pts_s"].round(3), shown["distance"].cast(float).round(4))
        sys.stdout.write(FORMATS[output](rounded.columns, rounded.rows()))


def _say_how_many(ranking: "Ranking", photos: int, near: float) -> None:
    from framecurate_assets.terminal import messages

    what = "the photo" if photos == 1 else f"the nearest of {photos} photos"
    messages.print(
        f"Within {near:.2f} of {what}: {ranking.faces.height or 'none'} of {ranking.compared} faces. "
        f"Faces without a descriptor, which cannot be compared: {ranking.without_descriptor}.",
        soft_wrap=True,
    )
