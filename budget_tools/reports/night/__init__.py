"""A night for its readers, one file a format: ``write(night, target)`` puts it in place whole, or not."""
