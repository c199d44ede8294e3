# Tollbridge's server, and nothing that tests it. tests/integration/test_container_files.py runs each command.
# By digest, so that a build of this commit is the same tomorrow: a tag moves. `docker buildx imagetools inspect
# python:3.11-slim` shows the present one.
FROM python:3.11.17-slim@sha256:45037981b62b34b44602584fccbc4d884d5f7dc92c7ee86bb38a698a79fe1e51
WORKDIR /srv/tollbridge

# The lock changes less often than the sources: this layer is kept over most builds.
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.txt

COPY pyproject.toml README.md LICENSE openapi.yaml ./
COPY handlers handlers
COPY tollbridge tollbridge
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps .

# nobody: the server writes nothing, so it needs no home and no rights
USER 65534:65534
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_tollbridge/health', timeout=2)"]
# A container listens beyond itself, so control is off unless TOLLBRIDGE_CONTROL_TOKEN is set: see SECURITY.md.
CMD ["tollbridge", "serve", "--host", "0.0.0.0"]
