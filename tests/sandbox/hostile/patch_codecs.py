# expect: Raised Fehl\xe9r
"""Registers codecs and handlers of errors that forge text, and raises what needs them."""

import codecs


def forged(error):
    raise KeyboardInterrupt


def main_solution():
    for name in ("strict", "backslashreplace", "replace", "ignore", "surrogateescape"):
        codecs.register_error(name, forged)
    codecs.register(forged)
    codecs.lookup = codecs.encode = codecs.decode = forged
    raise type("Fehlér", (Exception,), {})("\ud800 \x00 é")
