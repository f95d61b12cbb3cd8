"""What the DashScope sources do not say and we had to choose, in one place.

Every constant here is a GUESS. The list of open questions is spec/dashscope.md §13.
"""

from __future__ import annotations

from datetime import timedelta, timezone

BEIJING_TIME = timezone(timedelta(hours=8))
"""GUESS: zone of submit_time, scheduled_time, end_time and of the list's time bounds; printed without a zone."""

PAGE_SIZE_MOST = 100
"""GUESS: largest page of `GET /tasks`."""

PAGE_NUMBER_MOST = 1_000_000
"""GUESS: keeps page x size far below what a database offset can hold."""

TASK_ID_LONGEST = 200
"""GUESS: ids are opaque; none of the SDKs sends a longer one."""

LIST_LONGEST = 100
"""GUESS: items read of any list in a body; the models take five, their cards say so to the caller."""

CANCEL_REFUSED = "Failed to cancel the task, please confirm if the task is in PENDING status."
"""GUESS: words of the refusal (its code, UnsupportedOperation, is documented)."""

CAPACITY_MEGABYTES = 999999999
"""GUESS: `capacity_limit_mb` of an upload policy; the value every recorded answer shows."""

NOT_YOUR_FILE = "InvalidParameter.DataInspection"
"""GUESS: code for an oss:// file of another account or model."""
