"""pandera: what lines, totals, the register of proposals and consequence analyses must look like.

Nobody else knows its errors.
"""

from .analysis import check_analyses
from .frames import Failures, check_proposals, check_register, check_tables

__all__ = ["Failures", "check_analyses", "check_proposals", "check_register", "check_tables"]
