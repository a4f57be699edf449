"""The command line (C2). Commands import what is heavy when they run: `--help` and `--version` answer at once."""
