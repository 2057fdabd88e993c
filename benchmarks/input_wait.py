"""Training waits for its input pipeline for a small part of a step.

Each training runs over a part of an epoch with its real pipeline and over the same batches held in
memory: the difference is what the pipeline costs, by waiting and by working beside the step.
Beside it stands the time spent asking the pipeline for a batch. About eight minutes.
"""

import time
from collections.abc import Callable
from typing import Any

import harness
from contenders import reviews
from harness import Benchmark, Claim, Contender, Go, Summaries

COUNTS = {"book-bilstm": 16, "buckets": 64, "charlm": 60}  # batches of a turn


def _book_bilstm() -> Any:
    from contenders import ours
    from textrnn.sentiment import batching

    epoch = batching.texts(reviews.DATA.shards("train"), reviews.BOOK, 1)(0)
    return ours.review_step(False, epoch.element_spec), epoch


def _buckets() -> Any:
    from contenders import ours

    epoch = reviews.bucket_epoch()
    return ours.review_step(True, epoch.element_spec), epoch


def _charlm() -> Any:
    from contenders import ours
    from textrnn import paths
    from textrnn.charlm import alphabet, batching
    from textrnn.params.base import load
    from textrnn.params.character_model import Training

    data = paths.Dataset("charlm", "island")
    options = load("charlm.models.book.training", Training)
    epoch = batching.characters(data.shards("train"), options.batches, 1)(0)
    return ours.character_step(alphabet.read(data.vocab).size, epoch.element_spec), epoch


def _contenders(name: str, make: Callable[[], Any]) -> dict[str, Contender]:
    def piped() -> Go:
        learn, epoch = make()
        list(epoch)  # the shards are read once a training
        return _turn(learn, epoch.take(COUNTS[name]))

    def held() -> Go:
        learn, epoch = make()
        return _turn(learn, list(epoch.take(COUNTS[name])))

    return {f"{name}, pipeline": Contender(piped), f"{name}, in memory": Contender(held)}


def _turn(learn: Callable[[Any], Any], batches: Any) -> Go:
    def go() -> dict[str, float]:
        asking, started = 0.0, time.perf_counter()
        iterator = iter(batches)
        while True:
            asked = time.perf_counter()
            batch = next(iterator, None)
            asking += time.perf_counter() - asked
            if batch is None:
                return {"asking_share": asking / (time.perf_counter() - started)}
            learn(batch)

    return go


def _share(name: str) -> Callable[[Summaries], float]:
    def share(found: Summaries) -> float:
        piped, held = (found[f"{name}, {way}"].median for way in ("pipeline", "in memory"))
        return max(0.0, 100 * (piped - held) / piped)

    return share


TRAININGS = {"book-bilstm": _book_bilstm, "buckets": _buckets, "charlm": _charlm}

BENCHMARK = Benchmark(
    name="input_wait",
    title="A part of an epoch of training, with its pipeline and with its batches in memory",
    contenders={
        key: contender
        for name, make in TRAININGS.items()
        for key, contender in _contenders(name, make).items()
    },
    claims=[
        Claim(f"share of a step that waits for input, {name}", _share(name), at_most=5, unit="%")
        for name in TRAININGS
    ],
    rounds=5,
    warm_up=1,
    notes=[
        "Batches of a turn: " + ", ".join(f"{name} {n}" for name, n in COUNTS.items()) + ". The "
        "start of an epoch, when a shuffle buffer fills, counts in full, though an epoch has "
        "more batches than a turn.",
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
