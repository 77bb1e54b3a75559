#!/bin/sh
# An environment for each peer, because they do not agree on versions: environments.sh FOLDER
set -eu
here=$(dirname "$0")
for requirements in "$here"/requirements/*.txt; do
    environment="$1/$(basename "$requirements" .txt)"
    test -x "$environment/bin/python" || "${PYTHON:-python3}" -m venv "$environment"
    "$environment/bin/pip" install --quiet --requirement "$requirements"
done
# A text model needs none, and the one on PyPI cannot be imported with a torch that was built for CPUs.
"$1/st-openvino/bin/pip" uninstall --quiet --yes torchvision
