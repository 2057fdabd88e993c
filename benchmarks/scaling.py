"""How cost grows: with the corpus, with the batch, and with processes and workers.

No claims: what comes out is kept in scaling.json, and `scaling_page.py` makes a plot and fits of
it. The corpora are the small one grown (`contenders.growth`). `make scale` runs it in a quarter of
an hour; Apache Beam is needed (`make beam`).
"""

from functools import partial
from pathlib import Path

import harness
from contenders import grown
from harness import Benchmark, Contender

RESULTS = Path(__file__).with_name("scaling.json")
SIZES = (1, 4, 16, 64)
ENGINES = ("local", "beam")
BATCHES = (16, 32, 64, 128, 256)
SMALL = "the 10,280 training texts of `rotten-tomatoes`"

DATA = Benchmark(
    name="data",
    title=f"Vocabulary and encoding of {SMALL}, times 1, 4, 16 and 64",
    contenders={
        f"{engine}, {times} ×": Contender(partial(grown.data_stages, times, engine=engine))
        for times in SIZES
        for engine in ENGINES
    },
    rounds=2,
    warm_up=0,
    notes=["Start-up is in it: of Python, of the processes, of Beam's DirectRunner."],
)

TRAINING = Benchmark(
    name="training",
    title=f"An epoch of `quick` on {SMALL}, times 1, 4 and 16, validation included",
    contenders={
        f"training, {times} ×": Contender(partial(grown.epochs, times)) for times in SIZES[:-1]
    },
    rounds=3,
    warm_up=0,
)

BUCKETS = Benchmark(
    name="buckets",
    title=f"An epoch of `quick` on {SMALL}, by the texts in a batch",
    contenders={
        f"batches of {size}": Contender(partial(grown.epochs, 1, batch_size=size))
        for size in BATCHES
    },
    rounds=5,
    warm_up=1,
)

PROCESSES = Benchmark(
    name="processes",
    title=f"Vocabulary and encoding of 16 × {SMALL}, by the processes of the local engine",
    contenders={
        f"{count} process{'es' * (count > 1)}": Contender(
            partial(grown.data_stages, 16, engine="local", workers=count)
        )
        for count in (1, 2)
    },
    rounds=5,
    warm_up=1,
)

WORKERS = Benchmark(
    name="workers",
    title=f"An epoch of `quick` on {SMALL}, by workers on this one machine",
    contenders={
        f"{count} worker{'s' * (count > 1)}": Contender(partial(grown.cluster, count))
        for count in (1, 2)
    },
    rounds=3,
    warm_up=0,
    notes=[
        "What six epochs more take, by the six: start-up is not in it.",
        "Two workers share the cores that one has to itself: this shows what it costs to be two.",
    ],
)

if __name__ == "__main__":
    harness.main(DATA, TRAINING, BUCKETS, PROCESSES, WORKERS, results=RESULTS)
