"""Where pretraining leaves what a classifier starts from, and what is read of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from textrnn.errors import UserError
from textrnn.params.classifier import SCRATCH
from textrnn.paths import CHECKPOINTS, DATA, METRICS

HOME = DATA / "sentiment"

Reals = npt.NDArray[np.float32]


def unlabelled(name: str) -> Path:
    """The texts of `sentiment.unlabelled.<name>`, one a line."""
    return HOME / "unlabelled" / f"{name}.jsonl"


@dataclass(frozen=True)
class Words:
    """What comes before the language model of `sentiment.pretraining.<name>`."""

    name: str

    @property
    def home(self) -> Path:
        return HOME / "vectors" / self.name

    @property
    def shards(self) -> Path:
        """The unlabelled texts, as ids of the dataset's vocabulary."""
        return self.home / "unlabelled"

    def vectors(self) -> Reals:
        """Return the vector of each id of the dataset's vocabulary, float32 [V, E].

        Raises:
            UserError: the file is damaged or missing.
        """
        file = self.home / "vectors.safetensors"
        try:
            return load_file(file)["vectors"].astype(np.float32)
        except FileNotFoundError:
            raise UserError(f"{file} is not here: run `dvc repro` or `dvc pull`.") from None
        except (SafetensorError, KeyError) as error:
            raise UserError(f"{file} is damaged ({error}). Run `dvc checkout --force`.") from None


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

    def weights(self) -> Path:
        """The language model's, which has one seed.

        Raises:
            UserError: they are missing.
        """
        found = next(self.home.glob("seed-*/weights.safetensors"), None)
        if found is None:
            raise UserError(f"{self.home} holds no weights: run `dvc repro` or `dvc pull`.")
        return found

    @property
    def metrics(self) -> Path:
        return METRICS / "sentiment" / "pretraining" / self.name

    @property
    def checkpoints(self) -> Path:
        return CHECKPOINTS / "sentiment" / "pretraining" / self.name


def save(vectors: Reals, folder: Path) -> None:
    """Write the vectors that `Words` reads into a folder."""
    save_file({"vectors": np.ascontiguousarray(vectors)}, folder / "vectors.safetensors")
