"""The page's addresses: its files, and questions answered in JSON (a line at a time, if it takes).

The page may load nothing but its own files and ask nobody but this server: its Content-Security-
Policy has the browser see to that. Other hosts' names are refused, so that no page of another
origin reaches this one by a name of its own (DNS rebinding).
"""

import ipaddress
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from textrnn import faults
from textrnn.app import answers
from textrnn.app.loaded import Loaded
from textrnn.app.questions import Draft, Passage, Question, Review
from textrnn.errors import UserError

PAGE = Path(__file__).parent / "page"
FILES = {"/": "index.html", "/page.css": "page.css", "/page.js": "page.js"}
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
LARGEST = 200_000  # bytes of a question

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Q = TypeVar("Q", bound=Question)
Json = answers.Json


def application(host: str, chosen: dict[str, str]) -> Starlette:
    """Return the page and its answers.

    Args:
        host: that the server listens on.
        chosen: by task, the model that the page begins with.
    """
    loaded = Loaded()

    async def choices(_: Request) -> Response:
        found = await run_in_threadpool(answers.models_here)
        return JSONResponse({"models": found, "chosen": chosen}, headers=HEADERS)

    routes = [
        *(Route(path, _file(name)) for path, name in FILES.items()),
        Route("/models", choices),
        _route("/review", Review, lambda asked: answers.judged(loaded, asked)),
        _route("/states", Passage, lambda asked: answers.followed(loaded, asked)),
        _stream("/baseline", Review, lambda asked: answers.judged_by_baseline(loaded, asked)),
        _stream("/text", Draft, lambda asked: answers.written(loaded, asked)),
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=_hosts(host), www_redirect=False)
    refusals: dict[Any, Any] = {UserError: _refused, HTTPException: _refused, Exception: _failed}
    return Starlette(routes=routes, middleware=[hosts], exception_handlers=refusals)


def _file(name: str) -> Callable[[Request], Response]:
    return lambda _: FileResponse(PAGE / name, headers=HEADERS)


def _route(path: str, schema: type[Q], answer: Callable[[Q], Json]) -> Route:
    """Return a question that is answered at once."""

    async def handle(request: Request) -> Response:
        asked = await _asked(request, schema)
        return JSONResponse(await run_in_threadpool(answer, asked), headers=HEADERS)

    return Route(path, handle, methods=["POST"])


def _stream(path: str, schema: type[Q], answer: Callable[[Q], Iterator[Json]]) -> Route:
    """Return a question that is answered by JSON objects, one a line, each as soon as it is had."""

    async def handle(request: Request) -> Response:
        asked = await _asked(request, schema)
        parts = await run_in_threadpool(answer, asked)
        return StreamingResponse(_lines(parts), media_type="application/x-ndjson", headers=HEADERS)

    return Route(path, handle, methods=["POST"])


async def _asked(request: Request, schema: type[Q]) -> Q:
    """Return what a request asks.

    Raises:
        HTTPException: it is no JSON (a form of another page cannot send any), or not as the schema
            has it.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise HTTPException(415, "this address takes application/json.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, f"the question is longer than {LARGEST:,} bytes.")
    try:
        return schema.model_validate_json(body)
    except ValidationError as error:
        raise HTTPException(422, _worded(error)) from None


def _worded(error: ValidationError) -> str:
    """Return the first thing that is wrong with a question, in a sentence."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"])) or "the question"
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}."


def _lines(parts: Iterable[Json]) -> Iterator[str]:
    """Yield objects as lines; what goes wrong underway is the last of them."""
    try:
        for part in parts:
            yield json.dumps(part) + "\n"
    except Exception as error:
        yield json.dumps({"error": _sentence(error)}) + "\n"


def _refused(_: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, error.status_code, HEADERS)
    return JSONResponse({"error": str(error)}, 400, HEADERS)


def _failed(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": _sentence(error)}, 500, HEADERS)


def _sentence(error: Exception) -> str:
    """Return what users are told of an error; one that is a bug is named."""
    if isinstance(error, UserError):
        return str(error)
    return faults.sentence(error, "") or f"{type(error).__name__}: {error}. This is a bug."


def _hosts(host: str) -> list[str]:
    """Return the names by which a page may be asked for: any, where it is served to a network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [*LOOPBACK, host]
    return [*LOOPBACK, in_address(host)] if address.is_loopback else ["*"]


def in_address(host: str) -> str:
    """Return a host as it stands in an address: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
