"""Classes 0 to K - 1, and what is said of them.

Of two classes the probability of class 1 says all: it is a vector [N], and a table's column
`probability`. Of more, each class has one: a matrix [N, K], and the columns `probability_0` to
`probability_<K - 1>`. What differs between the two stands here, and for networks in `output`.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Labels = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]  # [N] of class 1, or [N, K]

COLUMN = "probability"


def of_each(probabilities: Probabilities) -> Probabilities:
    """Return the probability of every class: [N, K]."""
    if probabilities.ndim == 1:
        return np.stack([1 - probabilities, probabilities], axis=1)
    return probabilities


def predicted(probabilities: Probabilities) -> Labels:
    """Return the likeliest class [N]; a half is no yes, and of equal ones the first counts."""
    found: Labels = of_each(probabilities).argmax(axis=1)
    return found


def measured(count: int) -> list[int]:
    """Return the classes that are measured against all others: of two, class 1 says all."""
    return [1] if count == 2 else list(range(count))


def columns(probabilities: Probabilities) -> dict[str, npt.NDArray[np.floating]]:
    """Return the columns of a table that hold probabilities."""
    if probabilities.ndim == 1:
        return {COLUMN: probabilities}
    return {f"{COLUMN}_{k}": values for k, values in enumerate(probabilities.T)}


def probabilities(table: pd.DataFrame) -> Probabilities:
    """Return what `columns` put into a table."""
    if COLUMN in table:
        return table[COLUMN].to_numpy(np.float64)
    names = [name for name in table if str(name).startswith(f"{COLUMN}_")]
    return table[names].to_numpy(np.float64)
