"""The dataset in the shapes that trainers read: ``codeiod export``.

May import items, errors, ``journal`` and the neighbours ``labels``, ``lines`` and ``shards``. Read
``export`` first; ``shapes`` lists the formats, each a file of its own; ``committed`` and ``cases``
say how a dataset is read, ``folder`` how an export comes to be whole or not at all.
"""

from codeiod.dataset.exports.committed import Committed
from codeiod.dataset.exports.export import export, manifest
from codeiod.dataset.exports.options import (
    Format,
    Keep,
    Options,
    format_named,
    keep_named,
    weights_of,
)

__all__ = [
    "Committed",
    "Format",
    "Keep",
    "Options",
    "export",
    "format_named",
    "keep_named",
    "manifest",
    "weights_of",
]
