"""The shape of each format: a new one is a file of its own and a line here.

May import the formats, ``options`` and ``rows``.
"""

from __future__ import annotations

from codeiod.dataset.exports import chat, hf, preference, rlvr, sft
from codeiod.dataset.exports.options import Format, Options
from codeiod.dataset.exports.rows import Shape


def shape_of(options: Options) -> Shape:
    """Return what an export holds."""
    match options.format:
        case Format.HF:
            return hf.RELEASED if options.released_shape else hf.WHOLE
        case Format.SFT:
            return sft.shape(revised=options.revised)
        case Format.CHAT:
            return chat.SHAPE
        case Format.PREFERENCE:
            return preference.SHAPE
        case Format.RLVR:
            return rlvr.SHAPE
