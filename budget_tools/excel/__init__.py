"""What Excel calls through xlwings: the buttons of the ribbon and the worksheet functions."""
