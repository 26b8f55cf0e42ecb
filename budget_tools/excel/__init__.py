"""What Excel calls through xlwings: the buttons of the ribbon and the worksheet functions."""

import gc

# A click is over before there is garbage. Looking for it, most in what xlwings loaded, took a seventh of it.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
