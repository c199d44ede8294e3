# Tollbridge's server, and nothing that tests it. tests/integration/test_container_files.py runs each command.
FROM python:3.11-slim
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
CMD ["tollbridge", "serve", "--host", "0.0.0.0"]
