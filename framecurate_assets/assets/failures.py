"""How an asset says why it failed: Dagster shows the description of a failure before anything else."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError, MachineError, machine_error

MACHINE = "machine_error"
"""Metadata key of a failure that the machine caused, such as a full disk."""


@contextmanager
def failures_in_words() -> Iterator[None]:
    """What a person can mend ends the asset with one sentence; errors of the program keep their traceback.

    Raises:
        dagster.Failure: a FramecurateError was raised inside, or an OSError that the machine caused.
    """
    try:
        yield
    except FramecurateError as error:
        raise _failure(error) from error
    except OSError as error:
        if error.errno not in MACHINE_ERRORS:
            raise
        raise _failure(machine_error(error)) from error


def _failure(error: FramecurateError) -> dg.Failure:
    metadata = {MACHINE: True} if isinstance(error, MachineError) else None
    return dg.Failure(description=str(error), metadata=metadata, allow_retries=False)
