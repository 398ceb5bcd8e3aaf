"""What a soaked daemon works with: its settings, and the ways of its teacher.

Imports the standard library only.
"""

from __future__ import annotations

FAULTS = {
    "500": 0.02,
    "503": 0.02,
    "reset": 0.01,
    "cut": 0.01,
    "html": 0.005,
    "empty": 0.005,
    "hang": 0.002,
    "truncated": 0.01,
}
SETTINGS = """\
[output]
dir = "{folder}/out"

[[endpoint]]
name = "main"
base_url = "{base_url}"
model = "bench"
max_in_flight = 32
timeout_seconds = 4
price = {{ currency = "USD", input = 1.0, output = 2.0 }}

[sample]
pairs = 4

[predict]
output_pairs = 2
input_pairs = 2

[sandbox]
minimum_level = 1

[service]
watch = ["{folder}/drop"]
settle_seconds = 0.3
rescan_seconds = 1.0
taken = "delete"
listen = "127.0.0.1:0"
grace_seconds = 20
"""
