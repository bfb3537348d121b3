"""Writing the dataset folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from framecurate_assets.errors import FramecurateError
from framecurate_assets.selection.select import Selection


def write_dataset(selection: Selection, data_folder: Path, empty_folder: Path) -> int:
    """Fill a folder with the selected pictures, copied byte for byte, and the metadata.

    Pictures are copied and not linked: crops are rewritten in place when their asset is made again.

    Args:
        selection: what to write.
        data_folder: what the crops' paths are relative to.
        empty_folder: the folder to fill; the caller puts it in place when this returns.

    Returns:
        Bytes written: `selection.size`.

    Raises:
        FramecurateError: a crop is missing, or is not the one that was selected.
    """
    written = 0
    for path, file_name, sha256, size in selection.pictures.select("path", "file_name", "sha256", "bytes").iter_rows():
        crop = data_folder / path
        content = crop.read_bytes() if crop.is_file() else b""
        if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
            raise FramecurateError(
                f"{crop} is missing or has changed since it was selected", "Rematerialise face_candidates"
            )
        written += _write(empty_folder / file_name, content)
    for file_name, content in selection.metadata.items():
        written += _write(empty_folder / file_name, content)
    return written


def _write(path: Path, content: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(content)
