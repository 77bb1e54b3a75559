# Puma's page, without torch: a folder of code, searched in the browser. From a checkout:
#   docker build -t codequest-puma -f examples/docker/puma.Dockerfile .
#   docker run -p 127.0.0.1:8080:8080 -u "$(id -u):$(id -g)" -v "$HOME/projects/shop:/code" codequest-puma
# The index is kept in /code/.codequest; what was changed is brought in whenever it is searched.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv --without-pip /venv
RUN python -m pip --python /venv/bin/python install --no-cache-dir --constraint requirements/constraints.txt \
    './requirements/light[search]'

FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY --from=build /venv /venv
ENV HOME=/tmp
USER 65534:65534
WORKDIR /code
EXPOSE 8080
HEALTHCHECK --start-period=120s --interval=30s --timeout=5s \
    CMD ["/venv/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/', timeout=4)"]
ENTRYPOINT ["/bin/sh", "-c", "/venv/bin/codequest index --light . && exec /venv/bin/codequest serve --index . --host 0.0.0.0 --port 8080"]
