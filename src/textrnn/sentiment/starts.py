"""Where pretraining leaves what a classifier starts from, and what is read of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from textrnn.errors import UserError
from textrnn.params.classifier import SCRATCH
from textrnn.paths import DATA

HOME = DATA / "sentiment"

Reals = npt.NDArray[np.float32]


def unlabelled(name: str) -> Path:
    """The texts of `sentiment.unlabelled.<name>`, one a line."""
    return HOME / "unlabelled" / f"{name}.jsonl"


@dataclass(frozen=True)
class Start:
    """The folder of `sentiment.pretraining.<name>`, or of `scratch`, which holds nothing."""

    name: str

    @property
    def home(self) -> Path:
        return HOME / "pretraining" / self.name

    @property
    def is_scratch(self) -> bool:
        return self.name == SCRATCH

    @property
    def taught(self) -> Path:
        """Shards of the texts that a teacher labelled, where there was one."""
        return self.home / "taught"

    @property
    def has_taught(self) -> bool:
        return self.taught.is_dir()

    def vectors(self) -> Reals:
        """Return the vector of each id of the dataset's vocabulary, float32 [V, E].

        Raises:
            UserError: the file is damaged or missing.
        """
        return _load(self.home / "vectors.safetensors", "vectors")

    def probabilities(self) -> Reals:
        """Return what the teacher says of each text, the probability of class 1, float32 [N].

        Raises:
            UserError: the file is damaged or missing.
        """
        return _load(self.taught / "probabilities.safetensors", "probabilities")


def save(name: str, values: Reals, folder: Path) -> None:
    """Write an array that `Start` reads into a folder."""
    save_file({name: np.ascontiguousarray(values)}, folder / f"{name}.safetensors")


def _load(file: Path, name: str) -> Reals:
    try:
        return load_file(file)[name].astype(np.float32)
    except FileNotFoundError:
        raise UserError(f"{file} is not here: run `dvc repro` or `dvc pull`.") from None
    except (SafetensorError, KeyError) as error:
        raise UserError(f"{file} is damaged ({error}). Run `dvc checkout --force`.") from None
