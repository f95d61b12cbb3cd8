# `just check` is all that CI does.
check:
    scripts/test

fix:
    .venv/bin/ruff check --fix .
    .venv/bin/ruff format .

lint:
    .venv/bin/ruff check .
    .venv/bin/ruff format --check .
    .venv/bin/lint-imports
    .venv/bin/mypy

test *args:
    scripts/test {{args}}

# how much of the middle of the house its own tests reach, with branches
coverage:
    .venv/bin/coverage erase
    .venv/bin/coverage run -m pytest -q tests/unit tests/laws tests/conformance tests/transcripts --ignore tests/unit/animatic
    .venv/bin/coverage combine -q
    .venv/bin/coverage report --skip-covered --show-missing --include 'src/understudy/core/*,src/understudy/catalog/*,src/understudy/dialects/*,src/understudy/service/*'

# the pages and pictures that are made by programs
docs:
    scripts/write-reference
    scripts/write-pictures

chaos:
    .venv/bin/python -m pytest -q -m chaos

demo:
    scripts/demo

bench what="render":
    .venv/bin/python benchmarks/{{what}}.py
