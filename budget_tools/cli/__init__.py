"""The command line: one file a command. It asks ``run`` and the catalogue, and decides nothing itself."""
