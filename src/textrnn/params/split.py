"""Schema of `sentiment.datasets.<name>.split`: which rows train, validate and test."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from textrnn.params.base import Params

Share = Annotated[float, Field(gt=0, lt=1)]
Seed = Annotated[int, Field(ge=0)]


class Book(Params):
    """The book's: one shuffle of all rows; first test rows, then train, then validation."""

    method: Literal["book"]
    seed: Seed
    test: Annotated[int, Field(ge=1)]
    train: Annotated[int, Field(ge=1)]


class Official(Params):
    """The data set's own halves (Maas et al. 2011), a share of the training half for validation."""

    method: Literal["official"]
    seed: Seed
    valid: Share


class Fractions(Params):
    """Shares of the rows, at random; `grouped` keeps all rows of a group (a film) in one split."""

    method: Literal["fractions", "grouped"]
    seed: Seed
    valid: Share
    test: Share

    @model_validator(mode="after")
    def _leaves_rows_to_train_on(self) -> "Fractions":
        if self.valid + self.test >= 1:
            raise ValueError(
                f"valid + test is {self.valid + self.test}, which leaves no rows to train on."
            )
        return self


Split = Annotated[Book | Official | Fractions, Field(discriminator="method")]
