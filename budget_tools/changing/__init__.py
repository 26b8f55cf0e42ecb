"""From paths to changed workbooks: fill, fix, undo, and what was done before."""
