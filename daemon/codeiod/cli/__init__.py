"""The command line: one file a command, and the only part of the daemon that prints.

May import everything below. Heavy modules are imported inside the commands, so that ``--help`` is
quick.
"""
