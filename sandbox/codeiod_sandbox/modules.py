"""Which modules a zygote imports before it forks, and which ones programs may import.

Imports the standard library alone.
"""

from dataclasses import dataclass

_USUAL = """
abc bisect collections copy dataclasses datetime decimal enum fractions functools heapq
itertools json math operator random re string time typing
"""
_HEAVY = """
matplotlib matplotlib.pyplot networkx nltk numpy numpy.linalg numpy.random pandas sympy
scipy scipy.integrate scipy.interpolate scipy.linalg scipy.ndimage scipy.optimize
scipy.signal scipy.sparse scipy.spatial scipy.special scipy.stats
sklearn sklearn.cluster sklearn.datasets sklearn.decomposition sklearn.ensemble
sklearn.linear_model sklearn.metrics sklearn.model_selection sklearn.naive_bayes
sklearn.neighbors sklearn.preprocessing sklearn.svm sklearn.tree
"""
_MODULE_OF = {"scikit-learn": "sklearn"}  # heavy modules whose distributions have other names


@dataclass(frozen=True, slots=True)
class Modules:
    """Say what programs may import, and what of it is there at once.

    :param preload: imported by every zygote: a program has it for nothing, each fork pays for it.
    :param heavy: imported only by a zygote that is made for programs that name it.
    :param allowed: the third-party modules that programs may import, by the name of the module or
        of its distribution, with all that these depend on; None for all that the interpreter has.
        The standard library is always allowed. A policy, not a layer of the jail: a program that
        means to can load a file that it can read.
    """

    preload: tuple[str, ...] = tuple(_USUAL.split())
    heavy: frozenset[str] = frozenset(_HEAVY.split())
    allowed: tuple[str, ...] | None = None

    def heavy_and_allowed(self) -> frozenset[str]:
        """Return the heavy modules that there is a reason to make a zygote for."""
        if self.allowed is None:
            return self.heavy
        allowed = {_MODULE_OF.get(name, name) for name in self.allowed}
        return frozenset(name for name in self.heavy if name.partition(".")[0] in allowed)


DEFAULT_MODULES = Modules()
