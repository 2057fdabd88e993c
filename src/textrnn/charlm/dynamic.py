"""Dynamic evaluation: a model that learns from the text while it codes it (Krause et al. 2018)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from textrnn.backend import keras, tf
from textrnn.charlm.evaluation import CONTEXT
from textrnn.charlm.model import zero_states
from textrnn.errors import UserError
from textrnn.params.adaptation import Dynamic
from textrnn.params.character_model import Architecture
from textrnn.progress import bar

Ids = npt.NDArray[np.int32]
LogProbabilities = npt.NDArray[np.float32]
Step = Callable[[tf.Tensor, tf.Tensor, Any], Any]  # inputs, targets, states → ln p, new states
Tensors = Sequence[tf.Tensor]


def whole(architecture: Architecture) -> Architecture:
    """Return the architecture without what training drops: the weights are the same."""
    return architecture.model_copy(update={"dropout": 0.0, "weight_drop": 0.0})


def static(
    model: keras.Model, architecture: Architecture, before: Ids, text: Ids, segment: int
) -> LogProbabilities:
    """Return what a model predicts of each character, its state carried, its weights as they are.

    Args:
        model: built of an architecture that drops nothing (see `whole`).
        architecture: the model's.
        before: ids of the characters that precede the text, at least one; the last `CONTEXT` of
            them are read first.
        text: ids [N] of the characters to code.
        segment: characters a call.

    Returns:
        ln p [N, V] float32 of every character there could be.
    """
    return _coded(_reading(model), model, architecture, before, text, segment)


def dynamic(
    model: keras.Model, architecture: Architecture, before: Ids, text: Ids, options: Dynamic
) -> LogProbabilities:
    """Return the same from a model that takes a step of gradient descent after each segment.

    A weight w moves by -rate g / (s + floor m), g being the gradient of the segment's mean nats a
    character, s the root mean square of such gradients over the text before, m the mean of s over
    all weights; and back towards its trained value by decay s / m of the way, all of it at most.
    The model has its trained weights again at the end.

    Raises:
        UserError: the text before is too short for the scales s.
    """
    scales = gradient_scales(model, architecture, before, options)
    trained = [tf.constant(w.numpy()) for w in model.trainable_variables]
    learning = _learning(model, trained, scales, options)
    try:
        return _coded(learning, model, architecture, before, text, options.segment)
    finally:
        for weight, value in zip(model.trainable_variables, trained, strict=True):
            weight.assign(value)


def gradient_scales(
    model: keras.Model, architecture: Architecture, text: Ids, options: Dynamic
) -> list[npt.NDArray[np.float32]]:
    """Return each weight's root mean square gradient over segments of a text.

    The segments lie at equal distances; the state of each has read the one before it.

    Raises:
        UserError: the text is no longer than two segments.
    """
    reach = 2 * options.segment + 1  # a segment, its predecessor, and the last one's target
    if len(text) < reach:
        raise UserError(
            f"{len(text):,} characters stand before the text; dynamic evaluation needs {reach:,} "
            "(twice dynamic.segment and one)."
        )
    read, gradients = _reading(model), _gradients(model)
    squares = [np.zeros(w.shape, np.float64) for w in model.trainable_variables]
    starts = np.linspace(0, len(text) - reach, options.samples).astype(np.int64)
    for start in bar(starts, "measuring gradients", len(starts)):
        part = tf.constant(text[start : start + reach][np.newaxis])
        lead, rest = part[:, : options.segment + 1], part[:, options.segment :]
        _, states = read(lead[:, :-1], lead[:, 1:], zero_states(architecture, 1))
        _, _, found = gradients(rest[:, :-1], rest[:, 1:], states)
        for square, gradient in zip(squares, found, strict=True):
            square += np.square(gradient.numpy())
    return [np.sqrt(s / options.samples).astype(np.float32) for s in squares]


def _coded(
    step: Step,
    model: keras.Model,
    architecture: Architecture,
    before: Ids,
    text: Ids,
    segment: int,
) -> LogProbabilities:
    """Code a text segment by segment: what a step learns is for the segments after it."""
    if not len(before):
        raise ValueError("nothing stands before the text: its first character has no prediction")
    states = zero_states(architecture, 1)
    if len(lead := before[-CONTEXT - 1 :]) > 1:
        row = tf.constant(lead[np.newaxis])
        _, states = _reading(model)(row[:, :-1], row[:, 1:], states)
    row = tf.constant(np.concatenate([before[-1:], text])[np.newaxis])
    found = []
    for i in bar(range(0, len(text), segment), "coding"):
        part = row[:, i : i + segment + 1]
        log_p, states = step(part[:, :-1], part[:, 1:], states)
        found.append(log_p.numpy()[0])
    return np.concatenate(found)


def _reading(model: keras.Model) -> Step:
    """Return the compiled step that learns nothing.

    It runs what `_gradients` runs, so that learning at a rate of 0 gives the same to the bit.
    """

    @tf.function  # type: ignore[untyped-decorator]
    def read(inputs: tf.Tensor, targets: tf.Tensor, states: Any) -> Any:
        logits, *states = model([inputs, *states], training=True)
        return tf.nn.log_softmax(logits), states

    return read  # type: ignore[no-any-return]


def _learning(
    model: keras.Model, trained: Tensors, scales: Sequence[Any], options: Dynamic
) -> Step:
    """Return the compiled step that codes a segment and then learns from it."""
    mean = sum(float(s.sum(dtype=np.float64)) for s in scales) / sum(s.size for s in scales)
    rates = [tf.constant(options.learning_rate / (s + options.floor * mean)) for s in scales]
    pulls = [tf.constant(np.minimum(options.decay * s / mean, 1)) for s in scales]
    gradients = _gradients(model)

    @tf.function  # type: ignore[untyped-decorator]
    def learn(inputs: tf.Tensor, targets: tf.Tensor, states: Any) -> Any:
        log_p, states, found = gradients(inputs, targets, states)
        weights = model.trainable_variables
        for w, g, first, rate, pull in zip(weights, found, trained, rates, pulls, strict=True):
            w.assign_add(pull * (first - w) - rate * g)
        return log_p, states

    return learn  # type: ignore[no-any-return]


def _gradients(model: keras.Model) -> Callable[[tf.Tensor, tf.Tensor, Any], Any]:
    """Return the compiled function that also gives the gradients of the mean nats a character."""

    @tf.function  # type: ignore[untyped-decorator]
    def gradients(inputs: tf.Tensor, targets: tf.Tensor, states: Any) -> Any:
        with tf.GradientTape() as tape:
            logits, *states = model([inputs, *states], training=True)
            log_p = tf.nn.log_softmax(logits)
            loss = -tf.reduce_mean(tf.gather(log_p, targets, batch_dims=2))
        found = tape.gradient(loss, model.trainable_variables)
        return log_p, states, [tf.convert_to_tensor(g) for g in found]

    return gradients  # type: ignore[no-any-return]
