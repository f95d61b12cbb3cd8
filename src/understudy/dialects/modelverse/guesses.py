"""What the ModelVerse sources do not say and we had to choose, in one place. Every constant here is a GUESS."""

from __future__ import annotations

from understudy.core.request import Role

LIST_LONGEST = 100
"""GUESS: items read of any list in a body; the models take nine, their cards say so to the caller."""

TWO_K = 1440
"""GUESS: lines of the resolution `2K`."""

CANCELED = "The task was canceled."
"""GUESS: `error_message` of a canceled task; the wire has no such state. Source: spec/gateways.md §1.1."""

NO_SUCH_TASK = "Invalid param: task_id"
"""GUESS: how the refusal of an unknown or expired task begins. Source: spec/gateways.md §1.1 (400 is a GUESS too)."""

NO_URLS = "The server says Success but gives no video."
"""GUESS: what is told of a success without links, which spec/gateways.md §3.5 counts as a failure."""

ROLES: dict[str, tuple[Role, ...]] = {
    "first_frame_url": (Role.FIRST_FRAME, Role.PORTRAIT),
    "last_frame_url": (Role.LAST_FRAME,),
    "video_url": (Role.FIRST_CLIP, Role.SOURCE_VIDEO, Role.DRIVING_VIDEO),
    "audio_url": (Role.DRIVING_AUDIO,),
    "ref_photo_url": (Role.FACE,),
}
"""What a field of `input` links: the first that the model takes. GUESS for models this gateway does not sell."""
