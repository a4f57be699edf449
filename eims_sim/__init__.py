"""The simulator of the EIMS SMS gateway."""

__version__ = "0.1.0"
