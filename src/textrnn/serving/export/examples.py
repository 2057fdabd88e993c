"""What to type to use an exported model: Python, and a request to TensorFlow Serving."""

import json
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Request:
    """A use of a model: a signature's arguments in Python, and as its REST interface takes them."""

    signature: str
    arguments: str
    result: str  # what is printed of what the signature returns
    body: dict[str, Any]


VERDICT = Request(
    signature="serving_default",
    arguments='text=tf.constant(["a fine film"])',
    result="['probability'].numpy()",
    body={"instances": ["a fine film"]},
)
CLASS = replace(VERDICT, result="['verdict'].numpy()[0].decode()")


def text(start: str) -> Request:
    """Return the use of a character model: a text that begins with the start."""
    given = {"start": start, "length": 100, "temperature": 0.5, "seed": 1}
    return Request(
        signature="generate",
        arguments=", ".join(f"{name}=tf.constant({value!r})" for name, value in given.items()),
        result="['text'].numpy().decode()",
        body={"signature_name": "generate", "inputs": given},
    )


def lines(name: str, folder: Path, request: Request) -> list[str]:
    """Return what to type, with headings; the Python lines alone begin with four spaces."""
    place = folder.absolute()
    volume = shlex.quote(f"{place}:/models/{name}/1")
    body = shlex.quote(json.dumps(request.body))
    url = f"http://localhost:8501/v1/models/{name}:predict"
    return [
        "",
        "With TensorFlow alone:",
        "    import tensorflow as tf",
        f"    model = tf.saved_model.load({str(place)!r})",
        f"    found = model.signatures[{request.signature!r}]({request.arguments})",
        f"    print(found{request.result})",
        "",
        "With TensorFlow Serving (the server, then a request):",
        f"  docker run -p 8501:8501 -e MODEL_NAME={name} -v {volume} tensorflow/serving",
        f"  curl -d {body} {url}",
    ]
