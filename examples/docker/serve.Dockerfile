# Query vectors over HTTP, as OpenAI's API gives them, without torch. From a checkout:
#   docker build -t codequest-serve -f examples/docker/serve.Dockerfile .
#   docker run -p 8080:8080 -e CODEQUEST_API_KEY=secret codequest-serve
# An encoder that was exported on a machine with torch: docker run -v "$PWD/minilm-lora-int8:/adapter" … /adapter
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv --without-pip /venv
RUN python -m pip --python /venv/bin/python install --no-cache-dir --constraint requirements/constraints.txt \
    './requirements/light[cli,onnx,server]'

FROM python:3.13-slim
COPY --from=build /venv /venv
ENV HOME=/tmp
USER 65534:65534
EXPOSE 8080
HEALTHCHECK --start-period=20s --interval=30s --timeout=5s \
    CMD ["/venv/bin/python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["/venv/bin/codequest", "serve", "--host", "0.0.0.0", "--port", "8080"]
CMD ["static"]
