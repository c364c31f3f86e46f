# Three images:
#   docker build --target remote -t playground:remote .   proxies to providers, holds no torch
#   docker build -t playground .                          draws on the CPU too, with the embedded model
#   docker build --target gpu -t playground:gpu .         draws on an NVIDIA GPU (docker run --gpus all)
# docker run -p 7860:7860 -v playground:/data --env-file .env playground
#
# Keys are given at run time (--env-file), never at build time. torch's wheels bring CUDA themselves, so that
# the GPU's image needs nothing of the host but its driver and the NVIDIA container toolkit.
ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS base
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    MALLOC_ARENA_MAX=2 \
    HF_HOME=/data/huggingface \
    PLAYGROUND_DATA=/data \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860
# The data folder belongs to the user that runs the playground; the program and its packages belong to root.
RUN useradd --create-home --uid 1000 user && install --directory --owner=user --group=user /data
WORKDIR /app
VOLUME /data
EXPOSE 7860
# The first process of a container ignores SIGTERM unless it asks for it; SIGINT closes the page and the record.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=8)"]
CMD ["python", "app.py"]
COPY constraints.txt requirements.txt requirements-remote.txt ./
COPY tools/setup tools/setup
COPY tools/container/trim.py tools/container/

FROM base AS remote
# What this playground needs beside the list, in the versions of constraints.txt: "psycopg[binary] s3fs" for compose.yaml.
ARG PACKAGES=
# One step, so that no layer keeps what is taken out again; all is compiled, since the image's user may keep no bytecode.
# hadolint ignore=SC2086
RUN python3 -m venv /opt/venv \
    && pip install --no-compile --requirement requirements-remote.txt --constraint constraints.txt ${PACKAGES} \
    && python tools/container/trim.py /opt/venv \
    && pip uninstall --quiet --yes setuptools pip \
    && python -m compileall -q /opt/venv/lib
COPY . .
RUN chmod -R a+rX . && python -m compileall -q .
USER 1000

FROM base AS gpu
# The user of the image may write no bytecode beside the packages: told so, the set-up compiles all of them.
RUN PYTHONDONTWRITEBYTECODE=1 python3 -m tools.setup --venv /opt/venv --torch-index ordinary
COPY . .
RUN chmod -R a+rX . && python -m compileall -q .
USER 1000

FROM base AS cpu
# Where torch for the CPU comes from; `ordinary` takes the builds with CUDA, which draw on a CPU as well but weigh 4.5 GB more.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN PYTHONDONTWRITEBYTECODE=1 python3 -m tools.setup --venv /opt/venv --torch-index "${TORCH_INDEX}"
COPY . .
RUN chmod -R a+rX . && python -m compileall -q .
USER 1000
