"""The same proposals in many layouts, clean and with one planted fault: made without sight of the checker."""
