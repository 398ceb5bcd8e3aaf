"""The parts of the torture of journal and dataset.

Each may import the product and the parts named before it: ``storage`` (what a machine keeps),
``disk`` (what a process sees of it), ``rig`` (a run and its oracle), ``bugs``, ``crashes``,
``faults``, ``mutations``, ``kills``.
"""
