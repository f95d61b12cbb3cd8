"""What several tests across sockets need: a small picture in a body, and a server's book as it prints it."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from PIL import Image


def image_data(side: int = 240) -> str:
    file = io.BytesIO()
    Image.new("RGB", (side, side), (180, 60, 40)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def book(data: Path) -> list[dict[str, Any]]:
    """The book of a data folder, as `understudy usage` prints it."""
    command = [sys.executable, "-m", "understudy", "usage", "--format", "json", "--data", str(data)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in told.stdout.splitlines()]


def ledger(data: Path) -> Counter[str]:
    """Lines per task."""
    return Counter(line["task_id"] for line in book(data))
