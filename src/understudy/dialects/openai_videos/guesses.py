"""What no source states about the OpenAI videos wire, in one place.

Knows numbers and words that are ours until a source says otherwise. Source for the rest: spec/gateways.md §5.
"""

from __future__ import annotations

POLL_MILLISECONDS = 500
"""GUESS: what `openai-poll-after-ms` advises while a task is not at its end; without it the client waits 1000."""

PAGE_SIZE, PAGE_SIZE_MOST = 20, 100
"""GUESS: videos per page when not said, and at most."""

ID_LONGEST = 200
"""GUESS: ids are opaque; no client sends a longer one."""

LIST_LONGEST = 100
"""GUESS: items read of any list in a body; the models take five, their cards say so to the caller."""

CANCELLED = "cancelled"
"""GUESS: `error.code` of a canceled task, which this wire has no state for. Source: spec/gateways.md §1.1."""

NO_SIZE = "auto"
"""GUESS: `size` of a film that will have the shape of its media, before it is made: the field is never null."""

NO_SECONDS = "0"
"""GUESS: `seconds` of a film that will be as long as its media, before it is made."""

GPU_FRAME_RATE = 24
"""Frames per second that `num_frames` alone is counted in. Source: vLLM-Omni and SGLang, both default to 24."""

FRAMES_MOST = 1_000_000
"""More of `num_frames` count as so many: no model makes as long a film, and its card says so. GUESS."""

TYPED_SECONDS = (4, 8, 12, 16, 20)
"""Lengths the official client's types name, as texts. Source: spec/gateways.md §5.2. GUESS: compat takes the nearest
that a model makes for one of them, because who writes them follows the types and not the model."""

TYPED_SIZES = ("720x1280", "1280x720", "1024x1792", "1792x1024")
"""The sizes the official client's types name; as with the lengths."""

VENDOR_MODELS = ("sora-2", "sora-2-pro")
"""GUESS: names that compat reads as "the model of this server": the answer names the model that really works."""

DEFAULT_WITH_REFERENCES, DEFAULT_FROM_TEXT = "wan2.7-r2v", "wan2.7-t2v"
DEFAULT_EDIT, DEFAULT_EXTENSION = "wan2.7-videoedit", "wan2.7-i2v"
"""Models taken when the caller names none. Source for that there is one: spec/gateways.md §5.2."""
