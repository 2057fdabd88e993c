"""What becomes of each command of the pages: run here, run by another test, or why not."""

import re
from dataclasses import dataclass

# Run here, in a copy of the repository with tiny models (see `workshop`).
TEXTRNN = "textrnn"  # in this process
DVC = "dvc"  # in the copy
SETTING = "dvc remote"  # in an empty repository of DVC
CLONE = "git clone"  # of the copy
MAKE = "make"  # that the target is there, and what it would do


@dataclass(frozen=True)
class Elsewhere:
    """Another test runs it, or something like it: `tests/test_x.py::test_y`."""

    test: str


@dataclass(frozen=True)
class Reason:
    """Why no test runs it."""

    why: str


How = str | Elsewhere | Reason

WHOLE = "tests/pipeline/test_whole_runs.py"
CARDS = "tests/test_cards.py"
WORKERS = "tests/test_distribution.py::test_two_and_four_workers_learn_what_one_process_does"
REMOTES = "tests/pipeline/test_remotes.py"
MANY = "tests/pipeline/test_many_files.py"

# The first that matches the whole command holds.
RULES: list[tuple[str, How]] = [
    (r"textrnn init sentiment '.*", Elsewhere(f"{MANY}::test_from_a_bucket_to_rows_and_again")),
    (
        r"textrnn init sentiment \S+\.(jsonl|parquet) .*",
        Elsewhere("tests/own/test_init.py::test_json_lines_and_parquet_become_corpora_too"),
    ),
    (r"textrnn (check|results|predict|sample|info|export|init|offline-plots)\b.*", TEXTRNN),
    (r"textrnn files .*", Elsewhere(f"{MANY}::test_from_a_bucket_to_rows_and_again")),
    (r"textrnn sweep .*", Elsewhere(f"{WHOLE}::test_a_grid_is_queued_run_and_shown")),
    (r"textrnn report .*", Elsewhere("tests/test_report.py::test_one_model_alone")),
    (
        r"textrnn card .*",
        Elsewhere("tests/test_cards.py::test_the_committed_cards_are_what_the_generator_gives"),
    ),
    (r"textrnn adopt .*", Elsewhere("tests/test_adoption.py::test_a_comment_is_accepted")),
    (
        r"textrnn repro( .*)?",
        Elsewhere(
            "tests/test_side_by_side.py::test_stages_that_need_nothing_of_each_other_run_at_once"
        ),
    ),
    (r"textrnn verify.*", Elsewhere(f"{REMOTES}::test_a_byte_that_flips_on_the_server")),
    (
        r"textrnn app.*",
        Elsewhere("tests/serving/test_page.py::test_a_review_is_judged_beside_the_baseline"),
    ),
    (r"(export TF_CONFIG=|python stages/sentiment/train).*", Elsewhere(WORKERS)),
    (r"make [a-z-]+( [A-Z]+=\S+)?", MAKE),
    (r"dvc repro (sentiment|charlm)-\w+@(reviews|novel)( .*)?", DVC),
    (r"dvc repro \S+@quick", Reason("two minutes; with `reviews` in its place it is run")),
    (r"dvc repro", Elsewhere(f"{WHOLE}::test_nothing_changed_runs_nothing")),
    (r"dvc (status|metrics show( \S+)?|metrics diff|params diff|plots show)", DVC),
    (r"dvc dag \S+", DVC),
    (r"dvc exp run -S .*", Elsewhere(f"{WHOLE}::test_what_a_dvc_user_asks_for")),
    (
        r"dvc (exp run --(queue|run-all)|queue status).*",
        Elsewhere(f"{WHOLE}::test_a_grid_is_queued_run_and_shown"),
    ),
    (r"dvc exp remove --queue", Elsewhere(f"{WHOLE}::test_a_grid_is_queued_run_and_shown")),
    (r"dvc exp (run -n|push|pull|apply) .*", Elsewhere(f"{REMOTES}::test_an_experiment_is_shared")),
    (r"dvc remote (add -d shared /some/folder|modify shared verify true)", DVC),
    (r"dvc push --run-cache", DVC),
    (r"dvc remote (add|modify) .*", SETTING),
    (r"dvc pull --run-cache", Elsewhere(f"{REMOTES}::test_a_colleague_pulls_and_runs_nothing")),
    (r"git clone <\w+ repository> && cd textrnn", CLONE),
    (r"git (add .* && git commit|push)", Reason("the reader's own repository, and its remote")),
    (r"docker .*", Reason("a container engine, which has to fetch an image first")),
    (r"source \.venv/bin/activate", Reason("make's environment: the tests run in it")),
]


def how(command: str) -> How | None:
    """Return what becomes of a command; None if nothing is said of it."""
    return next((found for rule, found in RULES if re.fullmatch(rule, command)), None)
