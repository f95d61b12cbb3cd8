"""What the Vidu sources do not say and we had to choose, in one place. Every constant here is a GUESS."""

from __future__ import annotations

PREFIXES = ("/ent/v2", "/vidu/ent/v2")
"""Where the routes stand: at the vendor's, and as resellers mount them. Source: spec/gateways.md §4.1."""

UPLOADS = ("/tools/v2/files/uploads", "/vidu/tools/v2/files/uploads")
"""GUESS for the second: that resellers mount the uploads too."""

MODELS = {"lip-sync": "vidu-lip-sync", "one-click/mv": "vidu-mv", "template2video": "vidu-template"}
"""GUESS: models of the routes whose body need not name one."""

CANCELED = "UserCancelled"
"""GUESS: `err_code` of a canceled task; the word exists, its use here is not documented. Source: §1.1."""

REFUSED = "CreationPolicyViolation"
"""GUESS: the reason told where an engine looked at a picture and cannot use it."""

FULL_PROGRESS = 100
"""GUESS: `progress` counts to a hundred; the vendor's page has no such field."""

LIST_LONGEST = 100
"""GUESS: items read of any list in a body; the models take seven, their cards say so to the caller."""

PAGE_MOST = 100
"""Largest page of a list. Source: spec/gateways.md §4.1."""

PAGE_NUMBER_MOST = 1_000_000
"""GUESS: keeps page x size far below what a database offset can hold."""

TWO_K = 1440
"""GUESS: lines of the resolution `2K`."""

UPLOAD_DAYS = 7
"""How long an uploaded file is kept. Source: spec/gateways.md §4.6."""
