# expect: OverMemory
"""Unpacks a bomb: a few kilobytes that become a gigabyte."""

import zlib


def main_solution():
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(80)) + packer.flush()
    return len(zlib.decompress(packed))
