"""Faces: how a face is checked, followed and driven by sound, and how head and features move by bending pixels.

Knows faces. Must not know films, drafts or layers.
"""
