"""Serve model weights on loopback with llama.cpp's own server, until SIGTERM.

    LLM_THREADS=1 python server.py MODEL_FILE PORT SLOTS TOKENS_PER_SLOT

More threads than idle cores make it slower by far: they wait for each other spinning.
"""

import os
import signal
import sys
import threading
from pathlib import Path

import xllamacpp

model, port, slots, tokens = Path(sys.argv[1]), *map(int, sys.argv[2:5])
threads = int(os.environ.get("LLM_THREADS", "1"))
params = xllamacpp.CommonParams()
params.model.path = str(model)
params.model_alias = {model.stem}
params.hostnames, params.port = ["127.0.0.1"], port
params.n_parallel, params.n_ctx = slots, slots * tokens
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
params.use_jinja = params.warmup = params.endpoint_metrics = True
over = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: over.set())
server = xllamacpp.Server(params)
print("ready", server.listening_address, flush=True)
over.wait()
