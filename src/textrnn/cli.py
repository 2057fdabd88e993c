"""The command `textrnn`."""

import sys
from typing import Annotated

import typer

from textrnn.errors import UserError

app = typer.Typer(
    help="Reproducible recurrent text models, as DVC pipelines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def check() -> None:
    """Say what is wrong with params.yaml, if anything.

    Example: textrnn check
    """
    from textrnn.params import document

    found = document.load()
    typer.echo(
        f"params.yaml is right: {len(found.sentiment.models)} sentiment and "
        f"{len(found.charlm.models)} character models."
    )


@app.command()
def results(
    models: Annotated[
        list[str] | None, typer.Argument(help="Models by name; all by default.")
    ] = None,
) -> None:
    """Show the metrics of models, and text that a character model wrote.

    Example: textrnn results quick
    """
    from textrnn import results as tables

    tables.show(models or [])


def main() -> None:
    """Run a command; what the user can put right is said in one sentence, without a traceback."""
    try:
        app()
    except UserError as error:
        sys.stderr.write(f"textrnn: {error}\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
