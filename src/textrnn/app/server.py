"""`textrnn app`: the page, served to browsers on this machine."""

import logging
import socket
from collections.abc import Callable, Sequence

import uvicorn

from textrnn.app import answers, routes
from textrnn.errors import UserError
from textrnn.serving import models

PATIENCE = 1  # seconds that a text under way gets to end when the server is told to


class _Server(uvicorn.Server):
    """Ends without a word: that a text under way is cut off then is no error."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        logging.getLogger("uvicorn.error").disabled = True
        await super().shutdown(sockets)


def serve(host: str, port: int, chosen: Sequence[str], say: Callable[[str], None]) -> None:
    """Serve the page until it is interrupted.

    Args:
        host: to listen on.
        port: to listen on; 0 is any that is free.
        chosen: models that the page begins with, by their names in commands.
        say: told where the page is, as soon as it can be opened.

    Raises:
        UserError: no model is here, a chosen one cannot be used, two of a task are chosen, or the
            port is taken.
    """
    first: dict[str, str] = {}
    for name in chosen:
        task = models.find(name).home.task
        models.trained(name, task)
        if task in first:
            raise UserError(
                f"the page begins with one model of a task: choose {first[task]} or {name}."
            )
        first[task] = name
    answers.models_here()
    application = routes.application(host, first)
    with _listening(host, port) as door:
        say(_address(host, door.getsockname()[1]))
        config = uvicorn.Config(
            application, log_level="warning", timeout_graceful_shutdown=PATIENCE, lifespan="off"
        )
        try:
            _Server(config).run(sockets=[door])
        except KeyboardInterrupt:  # that is how it ends
            return


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UserError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UserError(
            f"the page cannot be served at {host}, port {port}: {reason}. Choose another "
            "with --port; 0 takes any that is free."
        ) from None


def _address(host: str, port: int) -> str:
    return f"http://{routes.in_address(host)}:{port}/"
