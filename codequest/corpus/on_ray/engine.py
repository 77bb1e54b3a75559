"""Embeds the shards of a corpus with Ray Data: one task reads, an actor on each device embeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from codequest.corpus.embedder import Embedder
from codequest.corpus.on_ray.cluster import Workers, ray_cluster
from codequest.corpus.on_ray.said import Said
from codequest.corpus.overall import EMBEDDING
from codequest.corpus.sources.source import Corpus
from codequest.corpus.survey import Survey
from codequest.corpus.vector_folder import VectorFolder
from codequest.errors import CorpusError
from codequest.progress import Progress
from codequest.space import EmbeddingSpace
from codequest.version import __version__

if TYPE_CHECKING:
    from codequest.corpus.on_ray.shards import ShardSource


def embed_on_ray(
    embedder: Embedder,
    folder: VectorFolder,
    corpus: Corpus,
    found: Survey,
    *,
    address: str | None,
    workers: int | None,
    progress: Progress,
) -> int:
    """Embed the shards that are not there.

    What a worker that died had embedded is in the journal of its shard: another one goes on with it.

    Args:
        embedder: What embeds.
        folder: Where the shards go; all machines share it.
        corpus: What is embedded; the machine of this process reads it.
        found: What the first pass over it has found.
        address: See `ray_cluster`.
        workers: Number of actors; see `Workers.on`.
        progress: Told how many texts are embedded.

    Returns:
        Number of texts in the shards that were embedded.

    Raises:
        CodequestError: What a worker or the reader failed with.
        CorpusError: The cluster cannot be used, or workers die on one shard again and again.
    """
    with ray_cluster(address) as ray:
        from codequest.corpus.on_ray.shards import ShardSource

        size = Workers.on(ray.cluster_resources(), workers)
        rows = _dataset(ray, embedder, folder, ShardSource(folder, corpus, found), size).iter_rows()
        done = embedded = 0
        try:
            for row in rows:
                said = Said(**row)
                said.check()
                done += said.count
                embedded += said.count if said.new else 0
                progress(EMBEDDING, done, found.texts)
        except ray.exceptions.RayError as error:
            raise CorpusError(
                f"The Ray cluster failed: {_first_line(error)} The finished shards are kept: run the same again."
            ) from error
    return embedded


def _dataset(ray: Any, embedder: Embedder, folder: VectorFolder, source: ShardSource, size: Workers) -> Any:
    """The dataset of what became of each shard; nothing runs before its rows are asked for."""
    from codequest.corpus.on_ray.worker import Begun, ShardWorker

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.target_max_block_size = context.target_min_block_size = 1  # byte: a block for each shard
    here = {"ray.io/node-id": ray.get_runtime_context().get_node_id()}  # where the sources are
    shards = ray.data.read_datasource(source, override_num_blocks=1, num_cpus=0, label_selector=here)
    fingerprint = EmbeddingSpace.from_dict(folder.manifest.space).fingerprint
    return shards.map_batches(
        ShardWorker,
        fn_constructor_args=(embedder, folder.plan, Begun(folder.path, fingerprint, __version__, uuid4().hex)),
        batch_size=1,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=size.count),
        num_cpus=size.cores,
        num_gpus=size.gpus,
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]
