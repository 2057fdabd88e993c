"""Leave an empty start for models that start from nothing: DVC lets no dependency be lacking."""

from textrnn import atomic
from textrnn.params.classifier import SCRATCH
from textrnn.sentiment.starts import Start


def main() -> None:
    try:
        with atomic.folder(Start(SCRATCH).home) as folder:
            (folder / "nothing").write_text("drawn weights\n", encoding="utf-8", newline="\n")
    except OSError as error:
        from textrnn import faults

        name = "sentiment-scratch"
        raise SystemExit(f"{name}: {faults.sentence(error, name) or error}") from None


if __name__ == "__main__":
    main()
