"""`models fetch` and `models list`: weights of the insightface engine."""

# Typer reads the annotations of each command.

from typing import Annotated

import typer

from framecurate_assets.cli.shared import Data, data_folder


def models_fetch(
    name: Annotated[str, typer.Argument(help="Name of an insightface model pack.")] = "buffalo_l", data: Data = None
) -> None:
    """Fetch weights for the insightface engine once, check them, and use them offline from then on."""
    from framecurate_assets.faces.model_pack_download import fetch_model_pack
    from framecurate_assets.terminal import messages

    place = fetch_model_pack(data_folder(data).models, name, lambda text: messages.print(text, soft_wrap=True))
    messages.print(f"{name} is in {place}", soft_wrap=True)


def models_list(data: Data = None) -> None:
    """List the engines, whether their weights are here, and the licence of each."""
    from framecurate_assets.faces.engines import describe_engines
    from framecurate_assets.terminal import out, table

    columns = {"engine": "engine", "here": "weights", "licence": "licence of the weights"}
    out.print(table("Face engines", describe_engines(data_folder(data).models), columns))
