"""The Excel side on a machine: what is built, where it goes, and whether it works there."""
