"""What is done with log events before they are shown: levels, secrets, repeats.

May import structlog and the standard library; every layer may import it. ``cli.logs`` sets it up.
"""

from codeiod.logs.levels import set_level
from codeiod.logs.secrets import hide, without_secrets

__all__ = ["hide", "set_level", "without_secrets"]
