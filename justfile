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

chaos:
    .venv/bin/python -m pytest -q -m chaos

demo:
    scripts/demo

bench what="render":
    .venv/bin/python benchmarks/{{what}}.py
