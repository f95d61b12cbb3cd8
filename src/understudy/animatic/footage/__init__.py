"""Footage: what is done with films that are given: watched, widened, joined, led on, one picture made another.

Knows moving pictures and the camera's way through them. Must not know drafts, nor whose films they are.
"""
