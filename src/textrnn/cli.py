"""The command `textrnn`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TextIO

import typer

from textrnn import repository
from textrnn.errors import UserError

app = typer.Typer(
    help="Reproducible recurrent text models, as DVC pipelines. Works from any folder of the "
    'repository.\n\nExample: textrnn predict --model sentiment/quick "a fine film"',
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@dataclass
class _Wanted:
    """What was asked for before the name of the command."""

    debug: bool = False


wanted = _Wanted()

ModelName = Annotated[
    str, typer.Option("--model", "-m", help="Such as sentiment/quick.", metavar="TASK/NAME")
]
Models = Annotated[
    list[str] | None,
    typer.Argument(help="Models, such as quick or sentiment/quick; all by default."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.callback()
def before(
    debug: Annotated[bool, typer.Option(help="Show the traceback of an error.")] = False,
) -> None:
    """Take what holds for all commands."""
    wanted.debug = debug


@app.command()
def check() -> None:
    """Say what is wrong with params.yaml, if anything.

    Example: textrnn check
    """
    from textrnn.params import document

    repository.enter()
    found = document.load()
    typer.echo(
        f"params.yaml is right: {len(found.sentiment.models)} sentiment and "
        f"{len(found.charlm.models)} character models."
    )


@app.command()
def results(
    models: Models = None,
    page: Annotated[
        Path | None,
        typer.Option(help="Write the tables of this page anew instead, such as docs/results.md."),
    ] = None,
) -> None:
    """Show the metrics of models, and text that a character model wrote.

    Example: textrnn results quick
    """
    from textrnn import results as tables
    from textrnn import results_page

    if page and models:
        raise UserError(f"{page} shows all models: name none beside --page.")
    file = page and page.absolute()
    repository.enter()
    if file:
        results_page.write(file)
    else:
        tables.show(models or [])


@app.command()
def predict(
    model: ModelName,
    texts: Annotated[list[str] | None, typer.Argument(help="Texts to judge.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="A file of texts, one a line, in UTF-8; - is standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say of each text whether it is positive (or of which class), and with what probability.

    Example: textrnn predict --model sentiment/quick "a fine film"

    With --json each text gives one line: text, label (the number of its class), verdict,
    probability, how many tokens were read, and those that the model does not know. The probability
    is that of a positive text; a model of more than two classes gives that of its verdict, and
    those of all. A text that begins with a hyphen stands behind --: textrnn predict -m
    sentiment/quick -- "-1 star"
    """
    from textrnn.serving import inputs

    found = inputs.texts(texts or [], file)  # the file's path is the caller's
    repository.enter()
    from textrnn.serving import prediction

    for verdict in prediction.load(model).judge(found):
        typer.echo(verdict.as_json() if as_json else verdict.as_line())


@app.command()
def sample(
    model: ModelName,
    start: Annotated[str, typer.Option(help="What the text begins with.")],
    length: Annotated[int, typer.Option(min=1, help="How many characters to write.")] = 500,
    temperature: Annotated[
        float | None,
        typer.Option(help="Below 1 surer, above 1 wilder: one over the book's scale factor. [1.0]"),
    ] = None,
    greedy: Annotated[bool, typer.Option("--greedy", help="Take the likeliest character.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the draws.")] = 1,
) -> None:
    """Write a text, character by character, as a character model goes on.

    Example: textrnn sample --model charlm/quick --start HAMLET --temperature 0.5
    """
    from textrnn.serving import inputs

    heat = inputs.temperature(temperature, greedy)
    repository.enter()
    from textrnn.serving import writing

    characters = writing.load(model).write(start, length, heat, seed)
    typer.echo(start, nl=False)
    for character in characters:
        typer.echo(character, nl=False)
    typer.echo()


@app.command()
def export(
    model: Annotated[str, typer.Argument(help="Such as sentiment/quick.", metavar="TASK/NAME")],
    folder: Annotated[
        Path, typer.Argument(help="What to write: a folder that is new or empty.", metavar="DIR")
    ],
    seed: Annotated[
        int | None, typer.Option(help="Whose weights to take; the first one's by default.")
    ] = None,
) -> None:
    """Write a model as a SavedModel, which TensorFlow loads without this package.

    Example: textrnn export sentiment/quick exported/quick

    It takes texts as they are, and has the signatures that docs/serving.md explains.
    """
    path = folder.resolve()
    repository.enter()
    from textrnn.serving.export import folder as saved

    for line in saved.export(model, path, seed):
        typer.echo(line)


@app.command("app")
def page(
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", "-m", help="What to begin with, such as charlm/quick.", metavar="TASK/NAME"
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="0.0.0.0 serves the network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 is any that is free.")] = 8000,
) -> None:
    """Serve a page to play with the models: verdicts word by word, texts as they come, cells.

    Example: textrnn app --model sentiment/quick --model charlm/quick --port 8000

    The page loads nothing from elsewhere. Ctrl+C ends it.
    """
    repository.enter()
    with _extra("starlette", "uvicorn", what="the page", name="app"):
        from textrnn.app import server
    server.serve(
        host, port, model or [], lambda at: typer.echo(f"Open {at} in a browser. Ctrl+C ends it.")
    )


@app.command()
def info(
    model: Annotated[str, typer.Argument(help="Such as sentiment/quick.", metavar="TASK/NAME")],
    as_json: Json = False,
) -> None:
    """Show a model's architecture, sizes, data, seeds and metrics.

    Example: textrnn info charlm/quick
    """
    from textrnn.serving import info as facts

    repository.enter()
    found = facts.gather(model)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        facts.show(found)


@app.command()
def report(
    models: Models = None,
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("report.html"),
) -> None:
    """Write one HTML page of what metrics/ holds: it opens from disk and asks nothing of a network.

    Example: textrnn report sentiment/quick --out quick.html
    """
    target = out.absolute()
    repository.enter()
    if target.is_dir():
        raise UserError(f"{out} is a folder: name the page's file, such as {out / 'report.html'}.")
    with _extra("vl_convert", what="drawing", name="report"):
        from textrnn.reports import page
    page.write(models or [], target)
    typer.echo(f"Open {out} in a browser.")


@app.command()
def card(models: Models = None) -> None:
    """Write model cards into docs/models/, from metrics/, params.yaml and the locks.

    Example: textrnn card sentiment/quick
    """
    from textrnn.reports import card as cards

    repository.enter()
    for file in cards.write(models or []):
        typer.echo(file.as_posix())


@app.command()
def sweep(
    model: Annotated[str, typer.Argument(help="Such as sentiment/quick.", metavar="TASK/NAME")],
    page: Annotated[
        Path | None,
        typer.Option(help="Write the table into this page, and a picture beside it."),
    ] = None,
) -> None:
    """Show the experiments of a model side by side: what they differ in, and what they came to.

    Example: textrnn sweep sentiment/quick

    The experiments are DVC's, of the commit that is checked out; docs/sweeps.md queues some.
    """
    from textrnn.reports import sweep as sweeps

    file = page and page.absolute()
    repository.enter()
    found = sweeps.collect(model)
    if file is None:
        sweeps.show(found)
        return
    with _extra("vl_convert", what="drawing", name="report"):
        picture = sweeps.write(found, file)
    typer.echo(f"Wrote {page} and {picture.name}, of {len(found.runs)} experiments.")


@app.command("offline-plots")
def offline_plots() -> None:
    """Have `dvc plots show` and `dvc plots diff` work without the internet, in this clone.

    Example: textrnn offline-plots
    """
    repository.enter()
    with _extra("vl_convert", what="drawing", name="report"):
        from textrnn.reports import offline
    typer.echo(f"DVC's plots now use {offline.prepare().as_posix()}, which loads nothing.")


@contextmanager
def _extra(*packages: str, what: str, name: str) -> Iterator[None]:
    """Say what to do where an extra is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in packages:
            raise
        raise UserError(
            f"{what} needs {error.name}, which is not installed here: run `make {name}`, or "
            f"`pip install -r requirements-{name}.lock`."
        ) from None


@app.command()
def files(
    name: Annotated[str, typer.Argument(help="Of a corpus in data/own/ that is many files.")],
    patterns: Annotated[
        list[str], typer.Argument(help="Files, folders, quoted globs or URLs (s3://…).")
    ],
) -> None:
    """List anew the files that a corpus is made of, once some were added or have changed.

    Example: textrnn files reviews 's3://bucket/reviews/*.parquet'

    The pipeline reads what data/own/NAME.files lists, in its order, and refuses a file that is
    another than when it was listed.
    """
    from textrnn import paths
    from textrnn.own import catalogue, origin

    given = [origin.absolute(pattern) for pattern in patterns]
    repository.enter()
    catalogue.check_is_many(name)
    for line in origin.relist(given, paths.corpus("own", name, "files")):
        typer.echo(line)


init = typer.Typer(
    help="Make a corpus of your own part of the pipelines.\n\n"
    "Example: textrnn init charlm novel.txt",
    no_args_is_help=True,
)
app.add_typer(init, name="init")

Name = Annotated[
    str | None, typer.Option(help="Of corpus, dataset and model; the file's own by default.")
]
Labels = list[str] | None


@init.command("sentiment")
def init_sentiment(
    corpus: Annotated[
        str,
        typer.Argument(
            help="Labelled texts: a CSV, JSON lines or Parquet; a folder, a quoted glob or a URL "
            "(s3://…) for many files."
        ),
    ],
    text: Annotated[str, typer.Option(help="The column of texts.")],
    label: Annotated[str, typer.Option(help="The column of labels.")],
    positive: Annotated[Labels, typer.Option(help="A label that means 1; repeatable.")] = None,
    negative: Annotated[Labels, typer.Option(help="A label that means 0; repeatable.")] = None,
    drop: Annotated[
        Labels, typer.Option(help="A label whose rows are left out; repeatable.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="A column whose rows stay in one split, such as a film.")
    ] = None,
    delimiter: Annotated[str, typer.Option(help="Between columns.")] = ",",
    name: Name = None,
) -> None:
    """Survey labelled texts and add corpus, dataset and model to params.yaml.

    Example: textrnn init sentiment reviews.csv --text body --label stars --positive 4 --positive 5

    Labels 0 and 1 need no saying. Where only --positive is given, all other labels are negative.
    Three to twenty labels of which nothing is said are a class each. One file is copied to
    data/own/; of many, a list is kept, and they stay where they are.
    """
    from textrnn.own import origin, tables

    given = origin.absolute(corpus)
    repository.enter()
    columns = tables.Columns(text, label, group, delimiter)
    for line in tables.add(given, name, columns, positive or [], negative or [], drop or []):
        typer.echo(line)


@init.command("charlm")
def init_charlm(
    file: Annotated[Path, typer.Argument(help="A text, in UTF-8.")],
    start: Annotated[
        str | None, typer.Option(help="A marker in the text: reading begins with it.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="A marker in the text: reading stops before it.")
    ] = None,
    name: Name = None,
) -> None:
    """Survey a text and add corpus, dataset and character model to params.yaml.

    Example: textrnn init charlm novel.txt
    """
    from textrnn.own import texts

    path = file.absolute()
    repository.enter()
    for line in texts.add(path, name, start, end):
        typer.echo(line)


@app.command()
def verify(
    remote: Annotated[
        str | None, typer.Option(help="Also read every object of this DVC remote.")
    ] = None,
) -> None:
    """Compare every object of the cache, every output and every shard with what is recorded of it.

    Says how to mend what is wrong with one, and then exits with status 1.

    Example: textrnn verify --remote shared
    """
    from textrnn.integrity import verify as integrity

    repository.enter()
    report = integrity.verify(remote)
    for finding in report.findings:
        typer.echo(finding)
    if report.findings:
        raise typer.Exit(1)
    typer.echo(
        f"All is well: {report.objects:,} objects, {report.files:,} files of the workspace and "
        f"{report.records:,} records of shards are as recorded."
    )


@app.command()
def repro(
    stages: Annotated[
        list[str] | None, typer.Argument(help="Stages of dvc.yaml, by their whole names; or all.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="How many stages run at a time.")
    ] = 2,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", "-k", help="After a failure, do what does not depend on it."),
    ] = False,
) -> None:
    """Do what `dvc repro` does, several stages at a time.

    Example: textrnn repro charlm-evaluate@book charlm-evaluate@book-tail

    Each line stands behind the stage that printed it; there are no progress bars. A stage gives the
    bytes that it gives alone, and takes longer, as do the times that it measures: what is saved is
    the time that one stage leaves cores idle. Where trainings share one GPU, use --jobs 1.
    """
    repository.enter()
    from textrnn import side_by_side

    if side_by_side.reproduce(stages or [], jobs, keep_going, typer.echo) == 0:
        typer.echo("Data and pipelines are up to date.")


@app.command()
def adopt(
    stage: Annotated[str, typer.Argument(help="A stage of dvc.yaml, by its whole name.")],
) -> None:
    """Accept a change of code that changes no byte, so that DVC does not run the stage for it.

    Runs the stage with the committed code and with yours, in temporary folders (a training for two
    epochs of its first seed), and records your code in dvc.lock if every output is the same.

    Example: textrnn adopt sentiment-train@quick
    """
    repository.enter()
    from textrnn import adoption

    typer.echo(adoption.adopt(stage))


def main() -> None:
    """Run a command; an error is one sentence, its traceback shown only with `--debug`."""
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_print(stream)
    try:
        app()
    except UserError as error:
        _end(f"textrnn: {error}")
    except Exception as error:
        _end(f"textrnn: {_unexpected(error)}")


def _unexpected(error: Exception) -> str:
    """Say what the machine refused, or else that this is a bug."""
    from textrnn import faults

    return faults.sentence(error, "") or (
        f"{type(error).__name__}: {error}. This should not have happened; "
        "`textrnn --debug …` shows where it did."
    )


def _end(sentence: str) -> None:
    if wanted.debug:
        raise  # the exception that is being handled
    sys.stderr.write(f"{sentence}\n")
    raise SystemExit(1) from None


def _never_fail_to_print(stream: TextIO) -> None:
    """Write what the terminal's encoding lacks as an escape."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
