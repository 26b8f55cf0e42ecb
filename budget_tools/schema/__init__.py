"""pandera: what lines, totals and the register of proposals must look like. Nobody else knows its errors."""

from .frames import Failures, check_proposals, check_register, check_tables

__all__ = ["Failures", "check_proposals", "check_register", "check_tables"]
