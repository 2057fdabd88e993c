"""`dvc repro` of the whole graph with nothing to do costs little more than DVC's own start.

Two repositories in temporary folders: this project's whole graph, each output a stand-in that DVC
has recorded (a stage that does not run cannot tell), and a graph of one stage. Half a minute.
"""

import harness
from contenders import graphs
from harness import Benchmark, Claim, Contender, faster

BENCHMARK = Benchmark(
    name="nothing_to_do",
    title="`dvc repro` with nothing to do",
    contenders={
        "the whole graph": Contender(graphs.whole),
        "one stage": Contender(graphs.single),
    },
    claims=[
        Claim(
            "nothing-to-do `dvc repro` of the whole graph, against that of one stage",
            lambda found: 1 / faster("the whole graph", "one stage")(found),
            at_most=2,
        ),
    ],
    rounds=7,
    warm_up=2,
    notes=[
        "Where it goes, by cProfile: DVC parses params.yaml once a stage, then dvc.lock, and "
        "locks files stage by stage. `ruamel.yaml.clib` parses in C.",
    ],
)

if __name__ == "__main__":
    harness.main(BENCHMARK)
