"""Kill the graph again and again, bring about every fault, cut every remote; count what survives.

`make soak` takes hours; `make soak RUNS=2`, or `--graph tiny`, is short. A seed gives the moments
of the kills; what lies at those moments depends on the machine.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from soak import faults, graphs, kills, remotes


def main() -> int:
    """Run all parts; return 1 if anything was lost."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="soak-", dir=options.folder) as temporary:
        folder = Path(temporary)
        survived = [
            *kills.soak(folder, graphs.GRAPHS[options.graph], options),
            *faults.soak(options.faults),
            *remotes.soak(folder, options.objects),
        ]
    lost = survived.count(False)
    print(f"{len(survived) - lost} of {len(survived)} survived with nothing lost")
    return 1 if lost else 0


def _options() -> argparse.Namespace:
    example = "Example: PYTHONPATH=tests python -m soak --runs 2 --graph tiny"
    parser = argparse.ArgumentParser(prog="soak", description=__doc__, epilog=example)
    parser.add_argument("--runs", type=int, default=25, help="runs of the graph (%(default)s)")
    parser.add_argument("--kills", type=int, default=8, help="kill -9 of each run (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the kills' moments (%(default)s)")
    parser.add_argument("--faults", type=int, default=2, help="times of every fault (%(default)s)")
    parser.add_argument("--objects", type=int, default=1000, help="on a remote (%(default)s)")
    parser.add_argument("--graph", choices=graphs.GRAPHS, default="quick", help="(%(default)s)")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one by default")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
