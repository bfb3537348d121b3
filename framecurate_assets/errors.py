"""Errors that a person can mend: what is said of them."""

import errno

MACHINE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EMFILE}
"""Errors of the machine, not of a video: going on would fail every further video for the same reason."""


class FramecurateError(Exception):
    """What went wrong, and what to do about it, in one sentence each.

    Whoever catches it shows `str(error)` and no traceback. Errors of our own making (bugs) are never
    of this type: they keep their traceback.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem.rstrip(".")
        self.remedy = remedy.rstrip(".")
        super().__init__(". ".join(part for part in (self.problem, self.remedy) if part) + ".")


class MachineError(FramecurateError):
    """The machine refused something, as a full or read-only disk does: nothing that was asked for is wrong."""


def machine_error(error: OSError) -> MachineError:
    """What the machine refused, where, and what to do."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    remedy = "Free some space" if full else "Make it writable"
    place = f": {error.filename}" if error.filename else ""
    return MachineError(
        f"{error.strerror or error}{place}", f"{remedy}, or use another data folder (--data or FRAMECURATE_DATA)"
    )
