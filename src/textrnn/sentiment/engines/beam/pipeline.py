"""A pipeline on the runner that params.yaml names, and what both verbs put into it first."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textrnn.errors import UserError
from textrnn.params import execution
from textrnn.sentiment import ranges

logging.disable(logging.WARNING)  # it misses clients of services that are not used here
try:
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions
except ImportError:
    raise UserError("execution.engine: beam needs Apache Beam: `make beam` installs it.") from None
finally:
    logging.disable(logging.NOTSET)

__all__ = ["beam", "counters", "parts", "pipeline"]


@contextmanager
def pipeline() -> Iterator[Any]:
    """Run what the block puts into a pipeline; a worker's sentence to the user stays one.

    Raises:
        UserError: as the functions that the pipeline calls.
    """
    options = PipelineOptions.from_dictionary(dict(execution.load().beam_options))
    made = beam.Pipeline(options=options)
    yield made
    try:
        made.result = made.run()
        made.result.wait_until_finish()
    except Exception as error:
        if found := re.search(r"textrnn\.errors\.UserError: ([^\n]+)", _told(error)):
            raise UserError(found[1].split(" [while running")[0]) from None
        raise


def _told(error: BaseException) -> str:
    """Return what an error says; a runner in this process raises it as it is."""
    prefix = "textrnn.errors.UserError: " if isinstance(error, UserError) else ""
    return f"{prefix}{error}"


def parts(pipeline: Any, rows: Path) -> Any:
    """Return a collection of (number, range) over all workers."""
    numbered = list(enumerate(ranges.divide(rows)))
    return pipeline | "ranges" >> beam.Create(numbered) | "spread" >> beam.Reshuffle()


def counters(result: Any) -> Counter[str]:
    """Return what a finished pipeline counted on the way."""
    found: Counter[str] = Counter()
    for counter in result.metrics().query()["counters"]:
        found[counter.key.metric.name] += counter.committed
    return found
