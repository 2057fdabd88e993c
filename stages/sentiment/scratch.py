"""Leave an empty start for models that start from nothing: DVC lets no dependency be lacking."""

from textrnn import atomic
from textrnn.sentiment.starts import Start
from textrnn.stage import stage


@stage
def main(name: str) -> None:
    with atomic.folder(Start(name).home) as folder:
        (folder / "nothing").touch()


if __name__ == "__main__":
    main()
