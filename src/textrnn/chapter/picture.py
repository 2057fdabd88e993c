"""docs/gradients.svg, drawn from what `gradients` measures: `python -m textrnn.chapter.picture`."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from textrnn import atomic
from textrnn.cells import Array
from textrnn.chapter import gradients

FILE = Path("docs/gradients.svg")
STEPS = 101

WIDTH, HEIGHT = 720, 430
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 40, 46  # margins; the curves' names stand in the right one
LOWEST, HIGHEST = -24, 8  # powers of ten on the axis
COLOURS = ("#b3261e", "#d98032", "#1f5fa8", "#5aa0e0", "#2e7d4f", "#6dbd8b")  # a pair for each cell


def curves() -> dict[str, Array]:
    """Return how far back each cell's gradient reaches, by the curve's name."""
    return {
        "SimpleRNN × 2": gradients.by_distance(gradients.simple_rnn(2.0), STEPS),
        "SimpleRNN": gradients.by_distance(gradients.simple_rnn(), STEPS),
        "LSTM": gradients.by_distance(gradients.lstm(), STEPS),
        "LSTM, forget bias 4": gradients.by_distance(gradients.lstm(4.0), STEPS),
        "GRU": gradients.by_distance(gradients.gru(), STEPS),
        "GRU, update bias 4": gradients.by_distance(gradients.gru(4.0), STEPS),
    }


def svg(found: Mapping[str, Array]) -> str:
    """Return the picture: steps back to the right, the gradient's share upwards."""
    parts = [*_frame(), *_axes()]
    for (name, values), colour in zip(found.items(), COLOURS, strict=True):
        parts += _curve(name, values, colour)
    return "\n".join([*parts, "</svg>", ""])


def _frame() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#333">'
    )
    yield "<title>How much the last output depends on an input, by the steps between them</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'


def _axes() -> Iterator[str]:
    for power in range(LOWEST, HIGHEST + 1, 4):
        y = _y(10.0**power)
        yield f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{"#888" if power == 0 else "#ddd"}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{10.0**power:g}</text>'
    for steps in range(0, STEPS, 20):
        yield f'<text x="{_x(steps)}" y="{HEIGHT - 26}" text-anchor="middle">{steps}</text>'
    yield f'<text x="{_x(50)}" y="{HEIGHT - 8}" text-anchor="middle">steps back</text>'
    yield f'<text x="12" y="{TOP - 18}">gradient, as a share of that of the last input</text>'


def _curve(name: str, values: Array, colour: str) -> Iterator[str]:
    points = " ".join(f"{_x(k)},{_y(value)}" for k, value in enumerate(values))
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
    y = _y(values[-1]) + 4
    yield f'<text x="{WIDTH - RIGHT + 8}" y="{y}" fill="{colour}">{name}</text>'


def _x(steps: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * steps / (STEPS - 1), 1)


def _y(share: float) -> float:
    above = (HIGHEST - math.log10(share)) / (HIGHEST - LOWEST)
    return round(TOP + (HEIGHT - TOP - BOTTOM) * above, 1)


def main() -> None:
    """Draw the picture anew, from the repository's root."""
    with atomic.file(FILE) as part:
        part.write_text(svg(curves()), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
