"""What is done with log events before they are shown: levels, secrets, repeats, troubles kept.

May import structlog and the standard library; every layer may import it. ``cli.logs`` sets it up.
"""

from codeiod.logs.levels import set_level
from codeiod.logs.secrets import hide, without_secrets
from codeiod.logs.troubles import Seen, troubles

__all__ = ["Seen", "hide", "set_level", "troubles", "without_secrets"]
