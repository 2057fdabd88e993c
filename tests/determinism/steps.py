"""Three steps of each quick model as its stage would take them; prints the md5 of the weights.

Called in the repository's root, in a process of its own: what it sets up lasts as long as that.
"""

import sys

sys.argv = ["stages/charlm/train.py", "quick"]  # whose determinism is taken

import textrnn.determinism  # noqa: F401, I001, E402 - before all others, as in a stage

import hashlib  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from textrnn import optimizers, training  # noqa: E402
from textrnn.backend import tf  # noqa: E402
from textrnn.charlm import model as character_model  # noqa: E402
from textrnn.charlm.step import NextCharacter  # noqa: E402
from textrnn.params import base, character_model as characters, classifier as texts  # noqa: E402
from textrnn.sentiment import model as classifier  # noqa: E402
from textrnn.sentiment.step import Classification  # noqa: E402

VOCABULARY, STEPS = 66, 3
draw = np.random.default_rng(1)


def of_characters() -> Any:
    """Return model, step, options and batch of the character model."""
    key = "charlm.models.quick"
    architecture = base.load(f"{key}.architecture", characters.Architecture)
    options = base.load(f"{key}.training", characters.Training)
    windows = draw.integers(0, VOCABULARY, (64, 61))
    step = NextCharacter(architecture, options.batches)
    network = character_model.build(architecture, VOCABULARY)
    return network, step, options, (windows[:, :-1], windows[:, 1:])


def of_texts() -> Any:
    """Return the same of the classifier."""
    key = "sentiment.models.quick"
    architecture = base.load(f"{key}.architecture", texts.Architecture)
    options = base.load(f"{key}.training", texts.Training)
    tokens = draw.integers(1, 5000, (64, 24))
    labels = draw.integers(0, 2, (64, 1)).astype(np.float32)
    network = classifier.build(architecture, 5000)
    return network, Classification(), options, (np.arange(64), tokens, labels)


for prepared in (of_characters, of_texts):
    training.prepare(1)
    network, step, options, batch = prepared()
    optimizer = optimizers.build(options, STEPS)
    optimizer.build(network.trainable_variables)
    batches = tf.data.Dataset.from_tensors(batch).repeat(STEPS)
    run, carry = training.train_step(network, step, optimizer, batches.element_spec), step.start()
    for each in batches:
        *_, carry = run(each, carry)
    # What evaluations do besides: products and logarithms of NumPy's.
    found = [weight.numpy() for weight in network.weights]
    found += [np.log1p(np.square(w.astype(float))) @ w.T for w in found if w.ndim == 2]
    digest = hashlib.md5(b"".join(w.tobytes() for w in found), usedforsecurity=False)
    sys.stdout.write(f"{digest.hexdigest()}\n")
