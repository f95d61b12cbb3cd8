"""Bodies: joints found in pictures and followed through films, and a cut-out figure bent after them.

Knows bodies. Must not know drafts.
"""
