"""The `framecurate` program: what a person types, and what is shown to them.

Exit codes: 0 all is well; 1 something failed that should not have; 2 the command or what it was given is wrong,
and the message says what to mend; 3 an asset check stopped the way.

Each module has the commands of one purpose. They import what they need when they are run, so that `--help` and
`status` answer at once.
"""

from framecurate_assets.cli.main import main

__all__ = ["main"]
