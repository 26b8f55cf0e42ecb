"""What Excel calls through xlwings: the buttons of the ribbon and the worksheet functions."""

import gc

# What xlwings has loaded stays loaded: looking through it for garbage would take a tenth of each click.
gc.freeze()
