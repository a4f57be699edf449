# docker build -t eims-sim .    how to run it: docs/containers.md
# Needs BuildKit and Docker Engine 25 or newer (--mount, --start-interval).
FROM python:3.13-slim-bookworm AS base


FROM base AS builder

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# What changes rarely comes first: without a new pin this layer is taken from the cache. The environment itself never
# has a pip; that of the base image fills it.
COPY .ci/image.txt .ci/image-build.txt .ci/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/eims-sim \
    && pip --python /opt/eims-sim/bin/python install --require-hashes --no-deps --no-compile -r .ci/image.txt \
    && pip install --require-hashes --no-deps -r .ci/image-build.txt

COPY LICENSE README.md pyproject.toml ./
COPY eims_sim eims_sim
RUN pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /dist . \
    && pip --python /opt/eims-sim/bin/python install --no-cache-dir --no-deps --no-index --no-compile /dist/*.whl \
    && pip --python /opt/eims-sim/bin/python check \
    # Compiled here, because nobody may write there later; unchecked, because no source there ever changes.
    && /opt/eims-sim/bin/python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/eims-sim/lib


FROM base

ARG VERSION=""
ARG REVISION=""
ARG CREATED=""
LABEL org.opencontainers.image.title="eims-sim" \
      org.opencontainers.image.description="The simulator of the EIMS SMS gateway: build and test against it instead of the real one" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# /data is for everybody, with the sticky bit of /tmp: `--user` may name anyone, and the database is 0600 all the same.
RUN pip uninstall --yes --root-user-action ignore pip \
    && rm -rf /usr/local/lib/python3.*/ensurepip \
    && install -d -m 1777 -o 10001 -g 10001 /data

COPY --from=builder /opt/eims-sim /opt/eims-sim

ENV PATH=/opt/eims-sim/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    EIMS_SIM_HOST=0.0.0.0 \
    EIMS_SIM_DATABASE=/data/eims-sim.db

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 20003
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --start-interval=1s --retries=3 CMD ["eims-sim", "healthcheck"]

ENTRYPOINT ["eims-sim"]
CMD ["serve"]
