"""Errors that a person caused and a person can mend."""


class FramecurateError(Exception):
    """What went wrong, and what to do about it, in one sentence each.

    Whoever catches it shows `str(error)` and no traceback. Errors of our own making (bugs) are never
    of this type: they keep their traceback.
    """

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem.rstrip(".")
        self.remedy = remedy.rstrip(".")
        super().__init__(". ".join(part for part in (self.problem, self.remedy) if part) + ".")
