"""Weights that do not come inside a package: which insightface packs lie in the data folder, and all licences."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from framecurate_assets.errors import FramecurateError

MODEL_LICENCES: Mapping[str, str] = MappingProxyType(
    {
        "embedded": "Faces were found and measured with MediaPipe's face detector and face mesh (Apache 2.0), "
        "described with dlib's five landmarks and ResNet (CC0), and their emotions scored with fer's model (MIT).",
        "insightface": "Faces were found, measured and described with insightface's pretrained models, which are for "
        "non-commercial research only, and so is what is made with them; emotions were scored with fer's model (MIT).",
    }
)
"""What may be done with the models of each engine, and so with an export: one sentence, by the engine's kind."""

RECORD_FILE = "fetched.json"
"""Beside the weights: where they came from, and the hash of each file at that moment."""


@dataclass(frozen=True)
class ModelPack:
    """An insightface pack in the folder of models."""

    name: str
    """Name of the pack and of its folder, such as `buffalo_l`."""
    folder: Path
    hashes: Mapping[str, str]
    """sha256 in hexadecimal digits of each .onnx file, by file name."""
    bytes: int
    """Size of the .onnx files together."""
    origin: Literal["fetched", "placed by hand", "altered"]
    """fetched: as they came. placed by hand: nothing recorded what they should be. altered: a file has changed,
    is gone, or was added since they were fetched."""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change whenever a file of the pack changes."""
        return hashlib.sha256(json.dumps(dict(self.hashes), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def engine_name(self) -> str:
        """Name of the engine that uses the pack: what is written into every row and pinned in the lake."""
        return f"insightface-{self.name}-{self.fingerprint}"


def installed_model_packs(models_root: Path) -> list[ModelPack]:
    """Every folder with .onnx files in it, by name. Reads and hashes them: about a second for buffalo_l."""
    folders = sorted(models_root.iterdir()) if models_root.is_dir() else []
    packs = (read_model_pack(folder) for folder in folders if folder.is_dir() and not folder.name.startswith("."))
    return [pack for pack in packs if pack is not None]


def installed_model_pack(models_root: Path, name: str) -> ModelPack:
    """One pack, ready to be loaded.

    Raises:
        FramecurateError: it is not there, or its files are not those that were fetched.
    """
    check_pack_name(name)
    pack = read_model_pack(models_root / name)
    if pack is None:
        raise FramecurateError(
            f"insightface's {name} weights are not here",
            f"Run `framecurate models fetch`, or put the pack's .onnx files into {models_root / name}, "
            "or set detection.engine: embedded",
        )
    if pack.origin == "altered":
        raise FramecurateError(
            f"files in {pack.folder} are not those that were fetched",
            "Run `framecurate models fetch`, which replaces them",
        )
    return pack


def read_model_pack(folder: Path) -> ModelPack | None:
    """The pack in a folder; None where there is no .onnx file."""
    hashes = _hashes(folder) if folder.is_dir() else {}
    if not hashes:
        return None
    size = sum((folder / name).stat().st_size for name in hashes)
    recorded = _recorded_hashes(folder / RECORD_FILE)
    origin: Literal["fetched", "placed by hand", "altered"] = "placed by hand"
    if recorded is not None:
        origin = "fetched" if recorded == hashes else "altered"
    return ModelPack(folder.name, folder, MappingProxyType(hashes), size, origin)


def check_pack_name(name: str) -> None:
    """Accept what can be the name of a pack: it becomes part of a path and of an address.

    Raises:
        FramecurateError: it cannot.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise FramecurateError(
            f"{name!r} is no name of a model pack", "Give detection.insightface_model a name such as buffalo_l"
        )


def write_record(folder: Path, address: str) -> None:
    """Note where the .onnx files in a folder came from and what they are now."""
    record = {"address": address, "sha256": _hashes(folder)}
    (folder / RECORD_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(folder.glob("*.onnx")):
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return hashes


def _recorded_hashes(path: Path) -> object:
    """What a record says of the files; None where there is no record; a record that cannot be read says nothing."""
    if not path.exists():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))["sha256"]
    except (ValueError, KeyError, TypeError):
        return {}
