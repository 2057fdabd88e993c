"""Models and baselines that have been asked for, kept as long as the page is served."""

from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import TypeVar

from textrnn.serving import attribution, baseline, writing
from textrnn.serving.attribution import Explainer
from textrnn.serving.baseline import Baseline
from textrnn.serving.writing import Writer

T = TypeVar("T")

BETWEEN = 0.2  # seconds between two looks at a fit


class Fitting:
    """A baseline that is being fitted, by a thread that no reader of the page has to wait for."""

    def __init__(self, dataset: str) -> None:
        self._said: list[str] = []
        self._done: Future[Baseline] = Future()
        Thread(target=self._fit, args=(dataset,), daemon=True).start()

    @property
    def has_failed(self) -> bool:
        """Whether it ended without a baseline."""
        return self._done.done() and self._done.exception() is not None

    def follow(self) -> Generator[str, None, Baseline]:
        """Yield what is being done, each as it begins; return the baseline.

        Raises:
            UserError: it could not be fitted.
        """
        told = 0
        while not self._done.done():
            yield from self._said[told:]
            told = len(self._said)
            wait([self._done], timeout=BETWEEN)
        return self._done.result()

    def _fit(self, dataset: str) -> None:
        try:
            self._done.set_result(baseline.fit(dataset, self._said.append))
        except Exception as error:
            self._done.set_exception(error)


class Loaded:
    """What is in memory; each is loaded or fitted once, when first asked for."""

    def __init__(self) -> None:
        self._explainers: dict[str, Explainer] = {}
        self._writers: dict[str, Writer] = {}
        self._fittings: dict[str, Fitting] = {}
        self._loading = Lock()

    def explainer(self, name: str) -> Explainer:
        """Return a classifier by its name in commands.

        Raises:
            UserError: as `attribution.load`.
        """
        return self._once(self._explainers, name, attribution.load)

    def writer(self, name: str) -> Writer:
        """Return a character model by its name in commands.

        Raises:
            UserError: as `writing.load`.
        """
        return self._once(self._writers, name, writing.load)

    def baseline(self, dataset: str) -> Fitting:
        """Return the fit of a dataset's baseline: under way, done, or begun anew if it failed."""
        with self._loading:
            if dataset not in self._fittings or self._fittings[dataset].has_failed:
                self._fittings[dataset] = Fitting(dataset)
            return self._fittings[dataset]

    def _once(self, kept: dict[str, T], name: str, load: Callable[[str], T]) -> T:
        with self._loading:
            if name not in kept:
                kept[name] = load(name)
            return kept[name]
