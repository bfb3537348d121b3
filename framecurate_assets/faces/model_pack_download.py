"""Fetching insightface's weights: once, as a whole, and checked."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import requests
from insightface.utils.storage import MODEL_ZOO_RELEASE_DOWNLOAD_URL

from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.insightface_engine import load_models
from framecurate_assets.faces.model_packs import (
    MODEL_LICENCES,
    ModelPack,
    check_pack_name,
    read_model_pack,
    write_record,
)
from framecurate_assets.lake.files import replaced_folder

PATIENCE_S = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes."""

CHUNK_BYTES = 1 << 20
"""Bytes written at a time."""


def fetch_model_pack(
    models_root: Path, name: str, announce: Callable[[str], None], base_address: str = MODEL_ZOO_RELEASE_DOWNLOAD_URL
) -> Path:
    """Download a pack, check that every model in it loads, and only then put it in its place.

    A pack that is already there is kept, unless it is incomplete or its files are no longer those that were fetched.

    Args:
        models_root: the folder that holds a folder for each pack.
        name: name of the pack, such as `buffalo_l`.
        announce: is told the licence before anything is fetched, then how far the transfer is; a line each.
        base_address: what comes before `<name>.zip`; insightface's own release unless given.

    Returns:
        The folder with the weights.

    Raises:
        FramecurateError: no connection, no such pack, a transfer that broke off, a broken archive, models that
            do not load, or no room on the disk. Nothing of it is left behind.
    """
    check_pack_name(name)
    folder = models_root / name
    if _is_usable(read_model_pack(folder)):
        announce(f"{name} is already in {folder}.")
        return folder
    announce(MODEL_LICENCES["insightface"])
    address = f"{base_address}{name}.zip"
    by_hand = (
        f"Check the connection and the name (buffalo_l, buffalo_s and antelopev2 are complete), or fetch {address} "
        f"elsewhere and put the .onnx files in it (for buffalo_l: 1k3d68, 2d106det, det_10g, genderage, w600k_r50) "
        f"into {folder}"
    )
    try:
        with replaced_folder(folder) as unfinished:
            archive = unfinished / f"{name}.zip"
            try:
                _download(address, archive, announce)
                _unpack(archive, unfinished)
            except requests.RequestException as error:
                raise FramecurateError(f"could not fetch {address}: {_reason(error)}", by_hand) from error
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
                raise FramecurateError(f"what {address} gave is no archive of models: {error}", by_hand) from error
            archive.unlink()
            load_models(unfinished, origin=address)
            write_record(unfinished, address)
    except OSError as error:
        raise FramecurateError(
            f"could not write {folder}: {error.strerror or error}", "Free space there, or make it writable"
        ) from error
    announce(f"{name} is in {folder}.")
    return folder


def _is_usable(pack: ModelPack | None) -> bool:
    if pack is None or pack.origin == "altered":
        return False
    try:
        load_models(pack.folder, origin=str(pack.folder))
    except FramecurateError:
        return False
    return True


def _download(address: str, target: Path, announce: Callable[[str], None]) -> None:
    with requests.get(address, stream=True, timeout=PATIENCE_S) as response, target.open("wb") as file:
        response.raise_for_status()
        expected = int(response.headers.get("content-length", 0))
        announce(f"Fetching {address}, {expected / 1e6:.0f} MB." if expected else f"Fetching {address}.")
        tenths = 0
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            if expected and file.tell() * 10 // expected > tenths:
                tenths = file.tell() * 10 // expected
                announce(f"{tenths * 10} %")


def _unpack(archive: Path, folder: Path) -> None:
    """Put every file of the archive straight into the folder: some packs are wrapped in a folder of their own.

    Raises:
        zipfile.BadZipFile: the archive is broken, or names a place outside itself, or one file twice.
    """
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            path = PurePosixPath(member.filename)
            target = folder / path.name
            if path.is_absolute() or ".." in path.parts:
                raise zipfile.BadZipFile(f"it names a place outside itself, {member.filename}")
            if member.is_dir():
                continue
            if target.exists():
                raise zipfile.BadZipFile(f"it holds two files named {path.name}")
            with packed.open(member) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)


def _reason(error: requests.RequestException) -> str:
    """What happened, in words for a person."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the transfer broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return str(error)
