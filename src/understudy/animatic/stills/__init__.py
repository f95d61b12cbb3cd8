"""Stills: one picture that comes alive: what stands in front, how near things are, cameras, gestures, weather.

Knows one picture. Must not know drafts.
"""
