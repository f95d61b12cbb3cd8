"""Prompts written as JSON, told as plain text so that one grammar reads both.

Knows the keys people use for shots, times, camera, dialogue and lettering. Must not know what the words mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SHOT_KEYS = (
    "shots",
    "scenes",
    "panels",
    "segments",
    "timeline",
    "sequence",
    "shot_list",
    "storyboard",
    "beats",
    "clips",
    "分镜",
    "镜头",
    "分镜头",
    "场景列表",
)
_TIME_KEYS = ("t", "time", "timestamp", "timecode", "timing", "range", "时间", "时间段")
_CAMERA_KEYS = (
    "camera",
    "shot",
    "framing",
    "shot_type",
    "shot_size",
    "angle",
    "movement",
    "camera_movement",
    "lens",
    "景别",
    "运镜",
    "镜头",
    "机位",
    "角度",
)
_LINE_KEYS = ("dialogue", "dialog", "lines", "speech", "line", "says", "台词", "对白")
_VOICE_KEYS = ("voiceover", "voice_over", "narration", "narrator", "vo", "旁白", "画外音")
_WHO_KEYS = ("speaker", "character", "who", "name", "by", "角色", "说话人")
_CAST_KEYS = ("characters", "cast", "roles", "subjects", "references", "actors", "角色", "人物", "演员", "参考")
_REFERENCE_KEYS = ("ref", "reference", "image", "source", "id", "参考", "参考图", "素材")
_SOUND_KEYS = ("audio", "sound", "sfx", "music", "bgm", "音效", "音乐", "声音")
_TEXT_KEY = re.compile(r"(?:on[ _-]?screen[ _-]?)?(?:text|captions?|subtitles?|titles)(?:[ _-]?overlays?)?|字幕|文字")
_NOTHING = ("none", "no", "off", "false", "无", "不要", "")
_DEPTH = 6


def tell(prompt: str) -> str | None:
    """The prompt as plain text, or None if it is not JSON."""
    text = prompt.strip()
    fence = re.fullmatch(r"```(?:json)?\s*(.*?)\s*```", text, re.DOTALL)
    text = fence[1] if fence else text
    if text[:1] not in "{[" or text[-1:] not in "}]" or len(text) < 8:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list):
        value = {"shots": value}
    while isinstance(value, dict) and len(value) == 1 and isinstance(inner := next(iter(value.values())), dict):
        value = inner
    if not isinstance(value, dict) or not any(isinstance(v, (dict, list, str)) for v in value.values()):
        return None
    return "\n".join(part for part in _page(value) if part)


def _page(value: Mapping[str, Any]) -> list[str]:
    parts: list[str] = []
    shots: list[Any] = []
    for key, item in value.items():
        low = str(key).lower()
        if low in _SHOT_KEYS and isinstance(item, list):
            shots = item
        else:
            parts.append(_field(low, str(key), item, 0))
    clock = 0.0
    for number, shot in enumerate(shots, 1):
        told, clock = _shot(shot, clock)
        parts.append(f"Shot {number}: {told}")
    return parts


def _shot(shot: Any, clock: float) -> tuple[str, float]:
    if not isinstance(shot, Mapping):
        return _plain(shot, 0), clock
    parts: list[str] = []
    start, end = shot.get("start", shot.get("start_time")), shot.get("end", shot.get("end_time"))
    length = shot.get("duration", shot.get("seconds"))
    if isinstance(length, str) and re.fullmatch(r"\d+(?:\.\d+)? ?s?(?:ec(?:onds)?)?", length):
        length = float(re.sub(r"[^\d.]", "", length))
    if start is None and isinstance(length, (int, float)) and not isinstance(length, bool):
        start, end = clock, clock + float(length)
    who = _speaker_of(shot)
    for key, item in shot.items():
        low = str(key).lower()
        if who and low in _LINE_KEYS and isinstance(item, str):
            parts.append(_lines(item, who, 0))
        elif who and shot[key] == who and low in _WHO_KEYS:
            continue
        elif low in _TIME_KEYS:
            parts.insert(0, f"[{item}]")
        elif low in (
            "start",
            "end",
            "start_time",
            "end_time",
            "duration",
            "seconds",
            "id",
            "number",
            "index",
            "shot_number",
            "镜号",
            "panel",
        ):
            continue
        else:
            parts.append(_field(low, str(key), item, 0))
    if isinstance(start, (int, float)) and isinstance(end, (int, float)) and 0 <= start < end < 1000:
        parts.insert(0, f"[{start:g}-{end:g}s]")
        clock = float(end)
    return " ".join(p for p in parts if p), clock


def _speaker_of(shot: Mapping[str, Any]) -> str:
    """Who speaks where a shot keeps the name beside the words: {"speaker": "图1", "dialogue": "…"}."""
    lower = {str(key).lower(): item for key, item in shot.items()}
    spoken = any(isinstance(lower.get(key), str) and lower[key] for key in _LINE_KEYS)
    return next((lower[k] for k in _WHO_KEYS if spoken and k != "name" and isinstance(lower.get(k), str)), "")


def _field(low: str, key: str, item: Any, depth: int) -> str:
    if item is None or item is False or depth > _DEPTH:
        return "no text." if item is False and _TEXT_KEY.fullmatch(low) else ""
    if low in _CAST_KEYS and (named := _named(item)):
        return f"{key}:\n{named}\n"
    if low in _LINE_KEYS or low in _VOICE_KEYS:
        return _lines(item, "Voiceover" if low in _VOICE_KEYS else "", depth)
    if _TEXT_KEY.fullmatch(low) and isinstance(item, str):
        return (
            "no text."
            if item.strip().lower() in _NOTHING or item.strip().lower().startswith("no ")
            else f'text on screen "{item}".'
        )
    told = _plain(item, depth)
    if not told:
        return ""
    if low in _CAMERA_KEYS:
        return f"Camera: {told}." if low != "angle" else f"{told}."
    if low in _SOUND_KEYS:
        return f"Audio: {told}."
    if low in (
        "style",
        "mood",
        "tone",
        "lighting",
        "风格",
        "氛围",
        "requirements",
        "negative",
        "characters",
        "setting",
        "location",
        "background",
        "场景",
        "角色",
    ):
        return f"{key}: {told}"
    return f"{told}." if not told.endswith((".", "。")) else told


def _named(item: Any) -> str:
    """A cast as lines that introduce it: {"Mina": "Image 1"}, [{"name": "Mina", "ref": "Image 1", …}]."""
    if isinstance(item, Mapping):
        return "\n".join(f"{k} = {v.strip()}." for k, v in item.items() if isinstance(v, str) and v.strip())
    if not isinstance(item, list):
        return ""
    told: list[str] = []
    for one in item:
        if not isinstance(one, Mapping):
            return ""
        lower = {str(key).lower(): value for key, value in one.items()}
        name = next((str(lower[k]) for k in (*_WHO_KEYS, "role") if lower.get(k)), "")
        source = next((str(lower[k]) for k in _REFERENCE_KEYS if lower.get(k)), "")
        rest = ", ".join(_plain(v, 1) for v in lower.values() if _plain(v, 1) not in (name, source))
        told.append(f"{name} = {source}. {rest}" if name and source else ", ".join(p for p in (name, rest) if p))
    return "\n".join(told)


def _lines(item: Any, speaker: str, depth: int) -> str:
    if isinstance(item, Mapping):
        who = next(
            (str(item[k]) for k in _WHO_KEYS if item.get(k)),
            speaker,
        )
        words = next(
            (
                str(item[k])
                for k in ("line", "text", "words", "content", "dialogue", "says", "台词", "内容")
                if item.get(k)
            ),
            "",
        )
        if words:
            return f"\n{who or 'Dialogue'}: “{words}”\n"
        return " ".join(f"\n{k}: “{v}”\n" for k, v in item.items() if isinstance(v, str) and v)
    if isinstance(item, list):
        return " ".join(_lines(one, speaker, depth + 1) for one in item if depth < _DEPTH)
    if not isinstance(item, str) or item.strip().lower() in _NOTHING:
        return ""
    if re.search(r"[“\"「『:：]", item):
        return f"\n{item}\n"
    return f"\n{speaker or 'Dialogue'}: “{item}”\n"


def _plain(item: Any, depth: int) -> str:
    if isinstance(item, str):
        return item.strip()
    if isinstance(item, bool) or item is None or depth > _DEPTH:
        return ""
    if isinstance(item, (int, float)):
        return f"{item:g}"
    if isinstance(item, list):
        return ", ".join(t for one in item if (t := _plain(one, depth + 1)))
    if isinstance(item, Mapping):
        return " ".join(t for k, v in item.items() if (t := _field(str(k).lower(), str(k), v, depth + 1)))
    return ""
