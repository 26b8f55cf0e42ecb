"""What a run found, for a reader: one file a format, each with ``write(report, language, target)``."""
