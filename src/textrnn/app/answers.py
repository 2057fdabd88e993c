"""What the page is answered: the library's findings as plain values, ready for JSON."""

import base64
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from textrnn.app.loaded import Fitting, Loaded
from textrnn.app.questions import Draft, Passage, Review
from textrnn.charlm import texts
from textrnn.errors import UserError
from textrnn.params import document
from textrnn.serving import models, states, surprise, units
from textrnn.serving.attribution import Explained
from textrnn.serving.baseline import Baseline
from textrnn.serving.models import Named
from textrnn.serving.states import Layer
from textrnn.serving.units import Feature

Json = dict[str, Any]

EXCERPT = 700  # characters of held-out text that the page begins with
STEPS = 127  # between 0 and 1: a unit's value is sent as a byte


def models_here() -> list[Json]:
    """Return every declared model in the order of params.yaml, and whether it is here.

    Raises:
        UserError: none of them is here; how to get the first one is said.
    """
    found = models.declared(document.load())
    if not any(model.is_here for model in found):
        first = found[0]
        raise UserError(f"no model is here yet. {first.name}: {models.how_to_get(first)}")
    return [_described(model) for model in found]


def judged(loaded: Loaded, asked: Review) -> Json:
    """Return a classifier's verdict on a review, word by word.

    Raises:
        UserError: the model cannot be used, or the review has no word.
    """
    return _explained(loaded.explainer(asked.model).explain(asked.text))


def judged_by_baseline(loaded: Loaded, asked: Review) -> Iterator[Json]:
    """Yield how the fit of a model's baseline goes, and at last its verdict on a review.

    Raises:
        UserError: the baseline cannot be fitted, or the review has no word.
    """
    loaded.explainer(asked.model)
    dataset = models.trained(asked.model, "sentiment").dataset
    fitted = yield from _progress(loaded.baseline(dataset))
    yield _explained(fitted.explain(asked.text))


def written(loaded: Loaded, asked: Draft) -> Iterator[Json]:
    """Return what yields a start and then what a character model writes, each with its bits.

    Raises:
        UserError: the model cannot be used, or does not know a character of the start.
    """
    writer = loaded.writer(asked.model)
    heat = None if asked.greedy else asked.temperature
    drawn = writer.draws(asked.start, asked.length, heat, asked.seed)
    read = surprise.of(writer, asked.start)

    def characters() -> Iterator[Json]:
        yield {"start": asked.start, "bits": [None, *np.round(read, 3).tolist()]}
        for one in drawn:
            yield {"character": one.character, "bits": round(one.bits, 3)}

    return characters()


def followed(loaded: Loaded, asked: Passage) -> Json:
    """Return what every unit of a model holds along a text, and which are worth a look.

    Raises:
        UserError: the model cannot be used, or the text cannot be read by it.
    """
    if asked.model.startswith("charlm/"):
        layers = states.of_characters(loaded.writer(asked.model), asked.text)
        places = [[i, i + 1] for i in range(len(asked.text))]
        features = units.of_characters(asked.text)
    else:
        explainer = loaded.explainer(asked.model)
        found = explainer.read(asked.text)
        layers = states.of_tokens(explainer, explainer.ids(found))
        places = [[span.start, span.end] for span in found]
        features = units.of_tokens([span.token for span in found])
    return {"places": places, "layers": [_layer(layer, features) for layer in layers]}


def _progress(fitting: Fitting) -> Generator[Json, None, Baseline]:
    """Pass on how a fit goes, as JSON; return what was fitted."""
    following = fitting.follow()
    while True:
        try:
            yield {"progress": next(following)}
        except StopIteration as done:
            fitted: Baseline = done.value
            return fitted


def _described(model: Named) -> Json:
    found: Json = {"name": model.name, "here": model.is_here}
    if not model.is_here:
        return found
    shape = model.architecture
    cell = f"{'bidirectional ' if shape.get('bidirectional') else ''}{shape['cell']}"
    found["words"] = f"{cell} {shape['units']}, trained on {model.dataset}"
    if model.home.task == "charlm":
        start = model.document.charlm.models[model.home.name].sampling.start
        found |= {"start": start, "text": _excerpt(model) or start}
    return found


def _excerpt(model: Named) -> str:
    """Return whole lines of text from which a model has not learnt, or else from which it has."""
    for split in ("test", "valid", "train"):
        file = model.data.text(split)
        if file.is_file() and (text := texts.read(file)):
            begin = text.find("\n", len(text) // 3) + 1
            excerpt = text[begin : begin + EXCERPT].strip()
            return excerpt.rpartition("\n")[0] or excerpt
    return ""


def _explained(found: Explained) -> Json:
    return {
        "probability": found.probability,
        "log_odds": found.log_odds,
        "words": [
            {
                "start": word.span.start,
                "end": word.span.end,
                "contribution": round(word.contribution, 4),
                "known": word.is_known,
            }
            for word in found.words
        ],
    }


def _layer(layer: Layer, features: dict[str, Feature]) -> Json:
    steps = np.round(layer.values * STEPS).astype(np.int8)
    ranked = units.rankings(layer.values, features)
    return {
        "name": layer.name,
        "holds": layer.holds,
        "units": layer.values.shape[1],
        "values": base64.b64encode(steps.tobytes()).decode(),
        "rankings": {
            name: [[unit.number, round(unit.score, 4)] for unit in found]
            for name, found in ranked.items()
        },
    }
