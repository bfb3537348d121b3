"""Erasing a video or a person everywhere: the lake, Dagster's history, and all that is made over the whole lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from framecurate_assets.checks.read import read_checks
from framecurate_assets.checks.run import run_checks
from framecurate_assets.dagster_erasure import erase_from_history
from framecurate_assets.dagster_home import open_instance
from framecurate_assets.dagster_runs import runs_at_work
from framecurate_assets.erasure.erase import erase
from framecurate_assets.erasure.person import find_person
from framecurate_assets.erasure.plan import Plan, begin, end, persons_in, plan_person, plan_video
from framecurate_assets.erasure.target import Target
from framecurate_assets.errors import FramecurateError
from framecurate_assets.faces.engines import seed_distance
from framecurate_assets.lake.engine import pinned_engine
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.lake.lake import Lake
from framecurate_assets.people.standing import read_standing
from framecurate_assets.pipeline import Outcome, bring_up_to_date
from framecurate_assets.policy import read_policy
from framecurate_assets.reference.persons import require_photos
from framecurate_assets.resources import Progress

PROOF = "nothing_forgotten_is_left"
"""Name of the asset checks that look for what was forgotten."""


@dataclass(frozen=True)
class Proposal:
    """What an erasure would take away, and what a person should know before."""

    plan: Plan
    alike_elsewhere: dict[str, int]
    """Videos that stay, and how many faces in them look like the person and are nobody's."""


def propose(target: Target, folder: DataFolder) -> Proposal:
    """Find out what there is of a video or a person.

    Raises:
        FramecurateError: the policy or corrections.jsonl is broken.
    """
    lake = Lake(folder)
    if target.kind == "video":
        return Proposal(plan_video(target.id, lake), {})
    distance = seed_distance(read_policy(folder.policy_file).identity, pinned_engine(folder))
    standing = read_standing(lake)
    persons = persons_in(target.id, standing)
    seen = find_person(lake, standing.faces, persons[0], distance)
    return Proposal(plan_person(persons, seen, lake), seen.alike_elsewhere)


def carry_out(plan: Plan, folder: DataFolder, progress: Progress) -> Outcome:
    """Erase what a plan names, and make again what was made over the whole lake.

    A process that is killed leaves the plan behind: carrying it out again comes to the same end.

    Raises:
        FramecurateError: the policy, a photo that it names, sources.yaml or the engine's weights have to be mended
            first, or a run is at work; nothing was erased.
        MachineError: the machine failed, or another process keeps Dagster's history locked.
    """
    policy = read_policy(folder.policy_file)
    require_photos(Lake(folder), policy)
    _refuse_beside_a_run(folder)
    begin(plan, folder)
    erase(plan, Lake(folder), policy, datetime.now(UTC))
    erase_from_history(plan, folder)
    # Without sources no video is looked at: what is left of each is as it should be.
    outcome = bring_up_to_date(folder, (), progress)
    end(folder)
    return outcome


def _refuse_beside_a_run(folder: DataFolder) -> None:
    with open_instance(folder) as instance:
        at_work = runs_at_work(instance)
    if at_work:
        raise FramecurateError(
            f"Run {at_work[0][:8]} is at work, and might write again what is erased",
            "Wait until it is done, and give the command again",
        )


def what_is_left(folder: DataFolder) -> list[str]:
    """Where something is found that was forgotten, in words; nothing, if all is well."""
    checks = [check for check in read_checks() if check.name == PROOF]
    found = run_checks(checks, folder, read_policy(folder.policy_file))
    return [f"{row['place']}: {row['id']}" for _, (finding,) in found for row in finding.rows]
