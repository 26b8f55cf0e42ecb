"""What a run found, written for a reader: one file a format, each with ``write(report, language, target)``."""
