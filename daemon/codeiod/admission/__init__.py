"""What is taken in, once and for all, and under which recipe.

May import ``journal`` and what lies below it.
"""

from codeiod.admission.admission import Admission
from codeiod.admission.marks import END, Mark
from codeiod.admission.recipe import Recipe

__all__ = ["END", "Admission", "Mark", "Recipe"]
