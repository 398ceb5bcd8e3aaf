# expect: Returned {"a": "\u00e9"}
"""Replaces the parser and the writer of JSON, and what they are made of."""

import json
import json.decoder
import json.encoder


def forged(*_, **__):
    return '"forged"'


def main_solution():
    json.dumps = json.loads = json.JSONEncoder = json.JSONDecoder = forged
    for name in ("encode_basestring_ascii", "c_make_encoder", "JSONEncoder", "ESCAPE_ASCII"):
        setattr(json.encoder, name, forged)
    json.decoder.scanstring = forged
    return {"a": "é"}
