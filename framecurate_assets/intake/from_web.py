"""Taking in a video from the web: looked up first, fetched only if it is good enough, and probed again then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from framecurate_assets.intake.intake import Intake, too_small
from framecurate_assets.policy import Policy
from framecurate_assets.sources.source import Source, content_sha256, host_of
from framecurate_assets.video.container import UnreadableVideoError
from framecurate_assets.video.probe import probe
from framecurate_assets.web.download import NotWantedError, download
from framecurate_assets.web.faults import WebError
from framecurate_assets.web.look_up import SIZE_NOT_STATED, RemoteVideo
from framecurate_assets.web.manners import HostGate


@dataclass(frozen=True)
class Fetched:
    """A video that an earlier run fetched in the format that would be fetched today."""

    file: Path
    sha256: str
    title: str | None
    uploader: str | None
    licence: str | None


def take_in_url(source: Source, folder: Path, policy: Policy, gate: HostGate) -> Intake:
    """Bring a video from the web into `folder` as `<video_id>.<ending>` if it is good enough.

    Nothing that the site or the network causes is raised: it is failed or rejected, with the reason.
    """
    host = host_of(source.source)
    spared = _spared(host, gate)
    if spared:
        return spared
    with gate.turn(host):
        # While this one waited for its turn, another may have been asked to leave the host alone.
        return _spared(host, gate) or _try(source, folder, policy, gate)


def judge_again(fetched: Fetched, policy: Policy) -> Intake | None:
    """What an earlier run fetched, under today's policy; None if the file is not what was fetched."""
    sha256 = content_sha256(fetched.file)
    if sha256 != fetched.sha256:
        return None
    known = Intake("ready", title=fetched.title, uploader=fetched.uploader, licence=fetched.licence)
    return _judge_file(fetched.file, sha256, known, policy)


def _spared(host: str, gate: HostGate) -> Intake | None:
    """What is said of a video whose host is left alone; None if it may be asked."""
    rest_s = gate.rests(host)
    if rest_s is None:
        return None
    reason = f"{host} asked to be left alone. It is asked again when its rest is over."
    return Intake("failed", reason, outcome="paused", was_tried=False, retry_after_s=rest_s)


def _try(source: Source, folder: Path, policy: Policy, gate: HostGate) -> Intake:
    try:
        return _look_up_and_fetch(source, folder, policy)
    except WebError as error:
        if error.outcome == "paused":
            gate.pause(host_of(source.source), error.retry_after_s or policy.download.pause_s)
        return Intake(
            "failed",
            str(error),
            outcome=error.outcome,
            retry_after_s=error.retry_after_s,
            bytes_fetched=error.bytes_fetched,
        )


def _look_up_and_fetch(source: Source, folder: Path, policy: Policy) -> Intake:
    max_height_px = policy.video.max_download_height_px
    try:
        fetched = download(
            source.source, folder, source.video_id, max_height_px, policy.download, partial(_refusal, policy)
        )
    except NotWantedError as error:
        return replace(_known(error.remote), status="rejected", reason=error.reason)
    known = replace(_known(fetched.remote), bytes_fetched=fetched.bytes_fetched)
    return _judge_file(fetched.path, content_sha256(fetched.path), known, policy)


def _known(remote: RemoteVideo) -> Intake:
    return Intake(
        "ready",
        title=remote.title,
        uploader=remote.uploader,
        licence=remote.licence,
        bytes_fetched=remote.bytes_fetched,
    )


def _refusal(policy: Policy, remote: RemoteVideo) -> str | None:
    if remote.width is None or remote.height is None:
        return remote.size_unknown or SIZE_NOT_STATED
    return too_small(remote.width, remote.height, policy.video)


def _judge_file(file: Path, sha256: str, intake: Intake, policy: Policy) -> Intake:
    """The intake with what the file itself shows; a file that is not ready is removed."""
    try:
        facts = probe(file)
    except UnreadableVideoError as error:
        file.unlink()
        return replace(intake, status="failed", reason=str(error), outcome="permanent")
    intake = replace(intake, facts=facts)
    refusal = too_small(facts.width, facts.height, policy.video)
    if refusal:
        file.unlink()
        return replace(intake, status="rejected", reason=refusal)
    return replace(intake, file=file, bytes=file.stat().st_size, sha256=sha256)
