"""What is taken in, once and for all, and under which recipe.

May import ``journal`` and what lies below it.
"""

from codeiod.admission.admission import Admission
from codeiod.admission.marks import BROKEN, END, Mark
from codeiod.admission.recipe import Recipe

__all__ = ["BROKEN", "END", "Admission", "Mark", "Recipe"]
