"""Every engine in a process and an environment of its own."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial

from search_peers.prepare import HERE, chroma_home, distilled

from codequest.encoders.base import QueryEncoder
from codequest.errors import CodequestError

TEACHER = "auto:sentence-transformers/all-mpnet-base-v2"
FORMS = (("openvino", "int8"), ("onnx", "int8"))  # of the LoRA encoder, the first that runs here


class Engines:
    """The engines.

    Args:
        environments: What `prepare` made.
        folder: Where the corpus is, and models and rankings go.
        threads: For each.

    Attributes:
        not_run: Why others are missing, by name.
    """

    def __init__(self, environments, folder, *, threads):
        self.environments, self.folder, self.not_run = environments, folder, {}
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        self.environment = {**os.environ, **dict.fromkeys(names, str(threads)), "HF_HUB_OFFLINE": "1"}

    def all(self):
        """What runs each, by name."""
        found = {
            "Puma, static": partial(self._puma, "Puma, static", lambda: "static"),
            "Puma, LoRA": partial(self._puma, "Puma, LoRA", self._exported),
            "semble": self._semble,
            "SeaGOAT": self._seagoat,
        }
        return found | {name: partial(self._peer, name, "words", lambda _: "-") for name in ("ripgrep", "bm25")}

    def _puma(self, name, encoder):
        model = json.dumps({"teacher": TEACHER, "encoder": encoder()})
        return self._measured(name, sys.executable, "puma", model)

    def _exported(self):
        for runtime, precision in FORMS:
            target = self.folder / "models" / f"minilm-lora-{runtime}-{precision}"
            try:
                if not target.exists():
                    encoder = QueryEncoder.from_pretrained("minilm-lora")
                    encoder.export(target, runtime=runtime, precision=precision)
                return str(target)
            except CodequestError as error:
                print(f"LoRA in {runtime} {precision}: {error}", file=sys.stderr)
        return "minilm-lora"

    def _semble(self):
        caches = {"SEMBLE_CACHE_LOCATION": str(self.folder / "models" / "semble-cache")}
        return self._peer("semble", "semble", partial(distilled, folder=self.folder), caches)

    def _seagoat(self):
        def model(_python):
            return str(chroma_home(self.folder))

        home = str(self.folder / "models" / "seagoat-home")
        return self._peer("SeaGOAT", "seagoat", model, {"HOME": home, "XDG_CACHE_HOME": f"{home}/.cache"})

    def _peer(self, name, environment, model, settings=None):
        python = self.environments / environment / "bin" / "python"
        if not python.exists():
            self.not_run[name] = "lacks its environment: compare_search.py prepare"
            return None
        try:
            return self._measured(name, python, name.lower(), model(python), settings)
        except Exception as error:  # of torch, of a peer: the others run all the same
            self.not_run[name] = f"its model cannot be made here ({type(error).__name__})"
            return None

    def _measured(self, name, python, engine, model, settings=None):
        """What the worker gives, from its file where it ran before."""
        result = self.folder / "results" / f"{name.replace(', ', '-')}.json"
        if not result.exists():
            path = f"{os.path.dirname(python)}:{self.environment['PATH']}"  # of ripgrep
            command = [str(python), str(HERE / "worker.py"), engine, str(self._copy(name)),
                       str(self.folder / "queries.json"), model]  # fmt: skip
            environment = {**self.environment, "PATH": path, **(settings or {})}
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=False)
            if done.returncode:
                self.not_run[name] = "failed, see above"
                return None
            result.parent.mkdir(exist_ok=True)
            result.write_text(done.stdout, encoding="utf-8")
        return json.loads(result.read_text(encoding="utf-8"))

    def _copy(self, name):
        """The code for one engine alone: no other's index is in it."""
        copy = self.folder / "copies" / name.replace(", ", "-")
        if not copy.exists():
            shutil.copytree(self.folder / "code", copy)
        return copy
