"""Schema of a model's `determinism`: on which machines its training gives the same bytes."""

from typing import Literal

Determinism = Literal["machine", "portable"]
