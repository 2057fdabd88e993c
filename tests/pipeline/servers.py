"""Servers on loopback that keep a DVC remote in a folder; without one, a test is skipped.

A `Line` stands between DVC and a server, and can be cut while bytes pass.
"""

import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.layout import run

REMOTE = (
    "import json, sys; from dvc.cli import main\n"
    "for arguments in json.loads(sys.argv[1]): assert main(['remote', *arguments]) == 0"
)
NGINX_MODULE = Path("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")


@dataclass(frozen=True)
class Server:
    """A remote: its address for `dvc remote add`, its settings, and the folder that it keeps."""

    url: str
    folder: Path
    options: dict[str, str]
    secrets: dict[str, str]  # `--local`: git never holds them

    def add_to(self, repo: Path) -> None:
        settings = {"verify": "true", **self.options}
        _remote(
            repo,
            ["add", "-q", "-d", "store", self.url],
            *(["modify", "-q", "store", key, value] for key, value in settings.items()),
        )

    def unlock(self, repo: Path) -> None:
        if self.secrets:
            settings = self.secrets.items()
            _remote(repo, *(["modify", "-q", "--local", "store", *pair] for pair in settings))


class Line:
    """A line to a server's port: `cut_after` so many bytes it is dead, until it is mended.

    A server that dies halfway looks like this from afar: connections end in the middle of a
    transfer, and new ones are closed at once.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._left: int | None = None  # bytes that may still pass; None is any number
        self._lock = threading.Lock()
        self._entrance = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._entrance.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, size: int) -> None:
        self._left = size

    def mend(self) -> None:
        self._left = None

    def close(self) -> None:
        self._entrance.close()

    def before(self, server: Server) -> Server:
        """Return the server as reached through this line."""

        def through(address: str) -> str:
            return address.replace(f"127.0.0.1:{self._to}", f"127.0.0.1:{self.port}")

        options = {key: through(value) for key, value in server.options.items()}
        return replace(server, url=through(server.url), options=options)

    def _accept(self) -> None:
        with suppress(OSError):  # the entrance is closed
            while True:
                here, _ = self._entrance.accept()
                if self._left == 0:
                    here.close()
                    continue
                there = socket.create_connection(("127.0.0.1", self._to))
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # the other end is closed
            while block := source.recv(2**14):
                target.sendall(self._allowed(block))
                if self._left == 0:
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _allowed(self, block: bytes) -> bytes:
        with self._lock:
            if self._left is None:
                return block
            block = block[: self._left]
            self._left -= len(block)
            return block


@contextmanager
def line(server: Server) -> Iterator[Line]:
    """Give a line to a server, which is reached through `Line.before` of it."""
    addresses = " ".join([server.url, *server.options.values()])
    found = re.search(r"127\.0\.0\.1:(\d+)", addresses)
    assert found is not None
    line = Line(int(found[1]))
    yield line
    line.close()


def _remote(repo: Path, *commands: list[str]) -> None:
    """Run `dvc remote` once for each list of arguments, all in one process: it takes a second."""
    run(repo, "python", "-c", REMOTE, json.dumps(commands))


def needed(program: str, package: str | None = None) -> str:
    """Return a program's path; skip the test without it, or without the Python package."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip(f"this machine has no {program}: .ci/run installs it")
    if package is not None and find_spec(package) is None:
        pytest.skip(f"this environment has no {package}: pip install 'textrnn[remotes]'")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path, port: int, *command: str) -> Iterator[None]:
    """Run a server until the block ends; its log goes to a file of the folder."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(600):
                assert server.poll() is None, (folder / "log").read_text()
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait(30)


@contextmanager
def local(folder: Path) -> Iterator[Server]:
    yield Server(str(folder / "store"), folder / "store", {}, {})


@contextmanager
def ssh(folder: Path) -> Iterator[Server]:
    program, port = needed("sshd", "dvc_ssh"), free_port()
    for key in ("host_key", "user_key"):
        run(folder, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key))
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd shuts itself in
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\n"
    )
    with running(folder, port, program, "-D", "-e", "-f", str(config)):
        url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{folder}/store"
        yield Server(url, folder / "store", {}, {"keyfile": str(folder / "user_key")})


@contextmanager
def webdav(folder: Path) -> Iterator[Server]:
    program, port = needed("nginx", "dvc_webdav"), free_port()
    if not NGINX_MODULE.exists():
        pytest.skip(f"this machine has no {NGINX_MODULE}: .ci/run installs it")
    (folder / "www/store").mkdir(parents=True)
    (folder / "passwords").write_text("reader:{PLAIN}secret\n")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"load_module {NGINX_MODULE}; daemon off; pid {folder}/pid; error_log stderr;"
        f"{f'user {getpass.getuser()};' if os.geteuid() == 0 else ''} events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/www; client_max_body_size 0;\n"
        "location / { dav_methods PUT DELETE MKCOL COPY MOVE; dav_ext_methods PROPFIND OPTIONS;\n"
        f"auth_basic data; auth_basic_user_file {folder}/passwords; }} }} }}\n"
    )
    with running(folder, port, program, "-e", "stderr", "-c", str(config)):
        url = f"webdav://127.0.0.1:{port}/store"
        secrets = {"user": "reader", "password": "secret"}
        yield Server(url, folder / "www/store", {}, secrets)


@contextmanager
def s3(folder: Path) -> Iterator[Server]:
    program, port = needed("rclone", "dvc_s3"), free_port()
    (folder / "buckets/store").mkdir(parents=True)
    command = (program, "serve", "s3", "--config", "", "--auth-key", "reader,secret-key")
    address = ("--addr", f"127.0.0.1:{port}", str(folder / "buckets"))
    with running(folder, port, *command, *address):
        secrets = {"access_key_id": "reader", "secret_access_key": "secret-key"}
        options = {"endpointurl": f"http://127.0.0.1:{port}"}
        yield Server("s3://store/textrnn", folder / "buckets/store/textrnn", options, secrets)
