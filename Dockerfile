# The pipelines in a container, on a CPU:
#   docker build --tag textrnn .
#   docker run --rm --interactive --tty textrnn make quick
# and on NVIDIA's GPUs, whose driver and Container Toolkit the host has:
#   docker build --target gpu --tag textrnn:gpu .
#   docker run --rm --interactive --tty --gpus all textrnn:gpu make quick
# BASE may be any Debian or Ubuntu with Python 3.11.

ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 textrnn \
    && install --directory --owner textrnn /textrnn /textrnn/.dvc /textrnn/.dvc/cache
USER textrnn
WORKDIR /textrnn
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# The packages first: a change of code does not install them again.
COPY --chown=textrnn requirements.lock ./
RUN python3 -m venv .venv && .venv/bin/pip install --quiet --require-hashes --requirement requirements.lock

FROM base AS gpu
COPY --chown=textrnn requirements-gpu.lock ./
RUN .venv/bin/pip install --quiet --require-hashes --requirement requirements-gpu.lock
COPY --chown=textrnn . .
RUN make .venv/installed
CMD ["make", "help"]

FROM base AS cpu
COPY --chown=textrnn . .
RUN make .venv/installed
CMD ["make", "help"]
