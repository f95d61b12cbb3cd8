"""Stand-ins: our own jointed mannequins for everybody and everything that a prompt names and nobody has a picture of.

`words` and `scout` find them in a prompt, `bodies` and `vehicles` build them, `gaits` moves them, `clay` gives them
their matt grey look. Must not know views, sets or files.
"""
