"""Understudy, the open reference-to-video server."""

__version__ = "0.1.0"
