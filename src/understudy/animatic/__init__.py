"""The CPU renderer: a small studio that turns a brief into a film.

A library that knows neither tasks, models nor wire words, and can be used alone.
"""
