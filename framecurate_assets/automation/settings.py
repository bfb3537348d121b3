"""What the data folder's policy says of when to look for work, at the time when the definitions are loaded."""

from __future__ import annotations

from dagster._utils.schedules import is_valid_cron_string

from framecurate_assets.errors import FramecurateError
from framecurate_assets.lake.folder import DataFolder
from framecurate_assets.policy import AutomationPolicy, Policy, read_policy


def loaded_settings() -> AutomationPolicy:
    """The settings that the definitions are made with: the usual ones where the policy is broken.

    Every command loads the definitions, and none should fail for a schedule. Each tick says what is wrong.
    """
    try:
        return todays_policy(DataFolder.from_environment()).automation
    except (FramecurateError, OSError):
        return AutomationPolicy()


def todays_policy(folder: DataFolder) -> Policy:
    """The policy as it is now.

    Raises:
        FramecurateError: it is broken, or the schedule in it is not written as cron writes it.
    """
    policy = read_policy(folder.policy_file)
    cron = policy.automation.url_schedule
    if not is_valid_cron_string(cron):
        raise FramecurateError(
            f"{folder.policy_file}: automation.url_schedule: {cron!r} is not written as cron writes it",
            "Write five fields, such as '0 * * * *' for every hour",
        )
    return policy
