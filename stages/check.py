"""Check params.yaml as a whole → a record that it was right, on which the first stages depend."""

from textrnn import atomic, paths
from textrnn.errors import UserError
from textrnn.params import document


def main() -> None:
    try:
        document.load()
        with atomic.file(paths.CHECKED) as part:
            part.write_text("params.yaml is right\n", encoding="utf-8", newline="\n")
    except UserError as error:
        raise SystemExit(f"check: {error}") from None
    except OSError as error:
        from textrnn import faults

        raise SystemExit(f"check: {faults.sentence(error, 'check') or error}") from None


if __name__ == "__main__":
    main()
