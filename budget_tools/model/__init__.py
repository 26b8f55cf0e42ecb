"""The words the whole toolkit speaks: frozen values, the standard library only, no input or output."""
