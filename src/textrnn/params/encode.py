"""Schema of `sentiment.datasets.<name>.encode`: how many shards a split is written to."""

from typing import Annotated

from pydantic import Field

from textrnn.params.base import Params


class Encode(Params):
    """TFRecord shards: few and large (many small files cost DVC time)."""

    shards: Annotated[int, Field(ge=1, le=99999)]
