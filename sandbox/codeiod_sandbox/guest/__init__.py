"""All that runs inside the jail: the standard library alone, and relative imports only.

A zygote imports this package as `guest`, from its folder, so that nothing else of ours comes along.
"""
