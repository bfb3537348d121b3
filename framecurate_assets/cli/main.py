"""The commands by name, and what becomes of an error."""

import sys

import typer

from framecurate_assets.cli import find, forget, look, models, persons, run, sources, why
from framecurate_assets.cli.shared import FAILED, WRONG_USE, print_error
from framecurate_assets.errors import MACHINE_ERRORS, FramecurateError, MachineError, machine_error

app = typer.Typer(
    help="Turn videos into a dataset of people's faces that can be trusted.\n\n"
    "Start with `framecurate demo`, or with `framecurate run VIDEO...` on your own videos.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
for command in (
    sources.add,
    run.run,
    sources.sources,
    look.status,
    look.sql,
    why.why,
    find.find,
    look.ui,
    forget.forget,
    run.demo,
    look.doctor,
):
    app.command()(command)

weights = typer.Typer(help="Weights of the insightface engine.", no_args_is_help=True)
weights.command("fetch")(models.models_fetch)
weights.command("list")(models.models_list)
app.add_typer(weights, name="models")

people = typer.Typer(help="Who was found, and what you say about it.", no_args_is_help=True)
people.command("list")(persons.list_persons)
people.command()(persons.show)
people.command()(persons.merge)
people.command()(persons.split)
people.command()(persons.rename)
people.command()(persons.reject)
people.command()(persons.apart)
people.command()(persons.exception)
people.command()(persons.confirm)
people.command()(persons.undo)
app.add_typer(people, name="persons")


def main() -> None:
    """Run the command line; what a person can mend is one sentence, never a traceback."""
    try:
        app()
    except FramecurateError as error:
        print_error(str(error))
        sys.exit(FAILED if isinstance(error, MachineError) else WRONG_USE)
    except OSError as error:
        if error.errno not in MACHINE_ERRORS:
            raise
        print_error(str(machine_error(error)))
        sys.exit(FAILED)
