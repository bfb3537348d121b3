"""Every threshold and weight of framecurate, in one typed place.

A policy is read from `data/policy.yaml`; what the file leaves out keeps the default written here, and
a file that is absent means all defaults. Formulas that use these numbers live in the room that
measures or decides; the numbers live only here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from framecurate_assets.errors import FramecurateError

Preset = Literal["strict", "moderate", "relaxed"]

PRESETS: dict[str, dict[str, float]] = {
    "strict": {
        "min_sharpness": 100.0,
        "min_frontality": 0.6,
        "min_confidence": 0.6,
        "max_yaw": 30.0,
        "max_pitch": 25.0,
    },
    "moderate": {
        "min_sharpness": 50.0,
        "min_frontality": 0.5,
        "min_confidence": 0.5,
        "max_yaw": 45.0,
        "max_pitch": 30.0,
    },
    "relaxed": {
        "min_sharpness": 30.0,
        "min_frontality": 0.4,
        "min_confidence": 0.4,
        "max_yaw": 60.0,
        "max_pitch": 45.0,
    },
}
"""What each preset of the candidate policy asks for."""


class Section(BaseModel):
    """A part of the policy: unknown keys are refused, so that a misspelt threshold never passes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change whenever a value of this section changes."""
        return _fingerprint(self.model_dump(mode="json"))


class VideoPolicy(Section):
    """Which videos are taken in."""

    min_shorter_side_px: int = Field(720, ge=1, description="Shorter upright side of a video or picture, at least.")
    max_download_height_px: int = Field(1080, ge=1, description="Best format fetched from a site, at most.")


class SamplingPolicy(Section):
    """Which frames of a video are looked at."""

    frames_per_section: int = Field(30, ge=1, description="Frames from each of front, middle and end.")
    mode: Literal["nearest", "exact"] = Field(
        "nearest",
        description="nearest: the cheapest frame within half the spacing of a target. "
        "exact: the frame shown at the target.",
    )
    shots: Literal["sampled", "full"] = Field(
        "sampled",
        description="sampled: cuts are found from what is decoded anyway. full: every frame is looked at, which costs "
        "a decoding of the whole video.",
    )


class DetectionPolicy(Section):
    """How faces are looked for, and the loose gate above which each one is measured and kept as a row."""

    engine: Literal["auto", "embedded", "insightface"] = Field(
        "auto", description="auto, embedded or insightface. auto: insightface if its weights are here, else embedded."
    )
    insightface_model: str = Field("buffalo_l", description="Name of the insightface model pack.")
    smallest_face_px: int = Field(
        100, ge=20, description="Smallest face to look for: decides how finely a frame is tiled."
    )
    min_confidence: float = Field(0.5, ge=0, le=1, description="Detector score, at least.")
    min_face_px: float = Field(60.0, ge=1, description="Shorter side of the box, px, at least.")


class CandidatePolicy(Section):
    """Which detected faces are good enough. Values left out come from the preset."""

    preset: Preset = Field("strict", description="strict, moderate or relaxed: see below.")
    min_face_px: float = Field(100.0, ge=1, description="Shorter side of the box, px, at least.")
    min_confidence: float = Field(0.6, ge=0, le=1, description="Detector score, above.")
    max_yaw: float = Field(30.0, ge=0, le=180, description="|yaw| in degrees, below.")
    max_pitch: float = Field(25.0, ge=0, le=180, description="|pitch| in degrees, below.")
    max_roll: float = Field(45.0, ge=0, le=180, description="|roll| in degrees, below: an upright face.")
    min_sharpness: float = Field(100.0, ge=0, description="Sharpness of the crop, above.")
    min_frontality: float = Field(0.6, ge=0, le=1, description="Frontality, at least.")
    max_other_face_share: float = Field(
        0.5, ge=0, le=1, description="Share of another face's box inside this face's crop, at most."
    )
    max_padding: float = Field(
        0.1, ge=0, le=1, description="Part of the crop's side that lies beyond the frame and is filled in, at most."
    )
    max_per_video: int = Field(
        50, ge=1, description="Candidates of one video, best composite first; an image set has no such limit."
    )

    @model_validator(mode="before")
    @classmethod
    def _fill_in_preset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        preset = values.get("preset", "strict")
        if preset not in PRESETS:
            raise ValueError(f"unknown preset {preset!r}: choose one of {', '.join(PRESETS)}")
        return {**PRESETS[preset], **values}


class IdentityPolicy(Section):
    """How faces become people."""

    distance: float | None = Field(
        None, gt=0, description="Seed threshold between two descriptors; absent: the engine's own, or a calibrated one."
    )
    calibrate: bool = Field(
        True,
        description="Whether the engine's threshold is adjusted to the lake's own tracks and frames, where it has "
        "enough of them.",
    )
    founder_confidence: float = Field(
        0.6, ge=0, le=1, description="Detector score, above, of a face that may found a person; others may only join."
    )
    founder_frontality: float = Field(0.6, ge=0, le=1, description="The same: frontality, at least.")
    founder_sharpness: float = Field(100.0, ge=0, description="The same: sharpness of the crop, above.")
    min_faces: int = Field(1, ge=1, description="Faces that a person needs to get a folder.")
    allowed_same_frame: tuple[str, ...] = Field(
        (), description="Person ids that may show twice in one frame (mirrors, posters, split screens)."
    )


class SelectionPolicy(Section):
    """What of a person goes into the dataset."""

    high_quality: int = Field(10, ge=0, description="Best frames of a person, at most.")
    floor: int = Field(3, ge=0, description="Of these, as many come before anybody gets more, where bytes are short.")
    min_gap_s: float = Field(0.2, ge=0, description="Seconds between two chosen frames of one video.")
    min_hash_distance: int = Field(4, ge=0, le=64, description="Differing bits below which two crops are the same.")
    min_descriptor_distance: float = Field(
        0.15,
        ge=0,
        description="Part of the seed threshold below which two descriptors of one shot are the same picture.",
    )
    max_shot_share: float = Field(
        0.5, gt=0, le=1, description="Share of a person's best frames from one shot, at most, where there are others."
    )
    min_margin: float = Field(
        0.1,
        ge=0,
        le=1,
        description="How much nearer, as a share, a chosen face is to its person than to the next person, at least.",
    )
    temporal: int = Field(5, ge=0, description="Frames of the temporal sequence: this many or none.")
    temporal_step_s: float = Field(0.2, gt=0, description="Seconds from one frame of the sequence to the next.")
    validation_share: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of pictures set aside for validation, as nearly as videos allow.",
    )
    only_like: tuple[Path, ...] = Field(
        (), description="Photos: if given, only the people in them are selected, one person a photo."
    )


class DownloadPolicy(Section):
    """How sites are asked and videos fetched. None of it changes what is made of a video that was fetched."""

    parallel: int = Field(4, ge=1, description="Videos fetched at a time.")
    per_host: int = Field(2, ge=1, description="Of these, from one host.")
    gap_s: float = Field(1.0, ge=0, description="Seconds between the starts of two fetches from one host.")
    max_bytes_per_s: int | None = Field(
        None, ge=1, description="From one host, all fetches together; absent: no limit."
    )
    timeout_s: float = Field(20.0, gt=0, description="Seconds without an answer after which a connection is given up.")
    min_bytes_per_s: int = Field(2_000, ge=0, description="Average over 30 s, at least; what is slower is given up.")
    max_fetch_s: float = Field(3_600.0, gt=0, description="Seconds that one fetch takes, at most.")
    max_bytes: int = Field(5_000_000_000, ge=1, description="Size of one video, at most.")
    max_duration_s: float = Field(14_400.0, gt=0, description="Length of one video in seconds, at most.")
    keep_free_bytes: int = Field(1_000_000_000, ge=0, description="Disk that is left free: nothing is fetched into it.")
    attempts: int = Field(8, ge=1, description="Tries at a video whose fault may pass; then it is given up.")
    first_wait_s: float = Field(300.0, gt=0, description="Seconds before the second try; each later wait doubles.")
    longest_wait_s: float = Field(86_400.0, gt=0, description="Seconds between two tries, at most.")
    pause_s: float = Field(900.0, gt=0, description="Rest for a host that says too many requests but not how long.")
    cookies_file: Path | None = Field(
        None, description="Cookies of a browser, in Netscape's format, for sites that want a login."
    )
    proxy: str | None = Field(None, description="Address of a proxy, such as http://proxy:3128; absent: none.")
    only_hosts: tuple[str, ...] = Field(
        (), description="If given, nothing is sent to any other host; example.org includes its subdomains."
    )
    allow_private_hosts: bool = Field(
        False, description="Whether addresses of this machine and its local network may be asked."
    )


class RetentionPolicy(Section):
    """Which files are kept once the dataset is made. Rows are always kept."""

    keep_videos: Literal["all", "selected", "none"] = Field(
        "all", description="all, none, or selected: those of which a picture is in the dataset."
    )
    keep_frames: Literal["all", "candidates", "none"] = Field(
        "all", description="all, none, or candidates: those with a face candidate."
    )

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is ever removed."""
        return self.keep_videos == self.keep_frames == "all"


class AutomationPolicy(Section):
    """When the daemon looks for work."""

    url_schedule: str = Field("0 * * * *", description="When URLs are ingested, as cron writes it, in UTC.")
    list_refresh_s: float = Field(
        3_600.0, ge=0, description="Seconds after which a playlist, channel or feed is read again."
    )
    inbox_interval_s: int = Field(30, ge=1, description="Seconds between two looks into the inbox.")
    inbox_rest_s: float = Field(10.0, ge=0, description="Seconds for which a file's size must have rested.")


class BudgetPolicy(Section):
    """How many bytes may be spent. 1 GB is 1 000 000 000 bytes."""

    candidates_bytes: int = Field(1_000_000_000, ge=0, description="The crops of all candidates together, at most.")
    dataset_bytes: int = Field(1_000_000_000, ge=0, description="The whole dataset folder, at most.")


class Policy(Section):
    """All of it."""

    video: VideoPolicy = VideoPolicy()
    sampling: SamplingPolicy = SamplingPolicy()
    detection: DetectionPolicy = DetectionPolicy()
    candidates: CandidatePolicy = CandidatePolicy()
    identity: IdentityPolicy = IdentityPolicy()
    selection: SelectionPolicy = SelectionPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    download: DownloadPolicy = DownloadPolicy()
    retention: RetentionPolicy = RetentionPolicy()
    automation: AutomationPolicy = AutomationPolicy()

    @property
    def deciding(self) -> dict[str, Any]:
        """The sections that decide what is in the dataset, as plain values: the others are no one else's business."""
        return self.model_dump(mode="json", exclude={"download", "retention", "automation"})

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change whenever a value of a deciding section changes."""
        return _fingerprint(self.deciding)


def read_policy(path: Path, overrides: Mapping[str, Any] | None = None) -> Policy:
    """The policy in a YAML file, or all defaults where there is no such file.

    Args:
        path: the file; it may be absent.
        overrides: sections, each with the keys that replace the file's.

    Raises:
        FramecurateError: the file is not YAML, or has an unknown key or a value out of range; the
            message names the key.
    """
    values = _read_yaml(path)
    policy = _parse(values, origin=str(path))
    if not overrides:
        return policy
    merged = dict(values)
    for section, changes in overrides.items():
        both_sections = isinstance(changes, Mapping) and section in merged
        merged[section] = {**merged[section], **changes} if both_sections else changes
    return _parse(merged, origin="the policy of this run")


def _fingerprint(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _read_yaml(path: Path) -> Any:
    if not path.exists():
        return {}
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise FramecurateError(f"{path} is not YAML: {reason}", "Mend it, or remove it to use the defaults") from error


def _parse(values: Any, origin: str) -> Policy:
    if not isinstance(values, dict):
        raise FramecurateError(
            f"{origin} holds {type(values).__name__}, not sections such as 'candidates:'",
            "See docs/policy.md for its form",
        )
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        unknown = first["type"] == "extra_forbidden"
        message = "there is no such key" if unknown else first["msg"].removeprefix("Value error, ")
        remedy = "See docs/policy.md for every key and its range"
        raise FramecurateError(f"{origin}: {key}: {message}", remedy) from error
