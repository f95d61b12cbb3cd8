"""OpenCV as the studio uses it: one untyped name, because its type stubs reject what its functions accept.

Knows how the library is imported. Must not hold a function of its own.
"""

from __future__ import annotations

import importlib
from typing import Any

cv2: Any = importlib.import_module("cv2")
