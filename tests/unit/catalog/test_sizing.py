"""What size, rate, length and sound a film will have, once its media were seen; numbers worked out by hand.

Source: spec/dashscope.md §6-§8, §11.
"""

# ruff: noqa: E501 - a table is read by its columns
from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from understudy.catalog.promises import exact_rate, promise
from understudy.catalog.sizing import Facts
from understudy.core.request import MediaFacts, Role
from understudy.core.units import Ratio, Size, Tier
from unit.catalog.asked import a_film, a_picture, a_sound, card_of, made

FIRST, LAST, PORTRAIT, SOURCE = Role.FIRST_FRAME, Role.LAST_FRAME, Role.PORTRAIT, Role.SOURCE_VIDEO
VACE = "wanx2.1-vace-plus"


def seen(role: Role, size: str) -> Facts:
    film = role in (Role.SOURCE_VIDEO, Role.TEMPLATE, Role.DRIVING_VIDEO, Role.FIRST_CLIP, Role.LAST_CLIP)
    return {role: a_film(size) if film else a_picture(size)}


def opt(**values: Any) -> dict[str, Any]:
    return {"options": values}


# fmt: off
SIZES: list[tuple[str, dict[str, Any], Facts, str, str, str]] = [
    # model, what is said, what was seen, size, tier, ratio
    # i2v: the first frame's shape, the tier's area; a shape near a documented ratio gets the documented size
    ("wan2.2-i2v-plus",   {},                      seen(FIRST, "1920*1080"), "1920*1080", "1080P", "16:9"),
    ("wan2.2-i2v-plus",   {"tier": Tier(480)},     seen(FIRST, "1920*1080"), "832*480",   "480P",  "16:9"),  # 1.733 stands for 16:9
    ("wan2.2-i2v-plus",   {"tier": Tier(480)},     seen(FIRST, "700*700"),   "624*624",   "480P",  "1:1"),
    ("wan2.2-i2v-plus",   {"tier": Tier(480)},     seen(FIRST, "800*600"),   "728*544",   "480P",  "91:68"), # sqrt(399360 x 4/3) = 729.7, / 4 x 3 = 547.3: steps of 8
    ("wanx2.1-i2v-turbo", {},                      seen(FIRST, "720*1280"),  "720*1280",  "720P",  "9:16"),
    ("wanx2.1-i2v-turbo", {},                      seen(FIRST, "800*600"),   "1088*832",  "720P",  "4:3"),
    ("wanx2.1-i2v-plus",  {},                      seen(FIRST, "2000*1000"), "1360*680",  "720P",  "2:1"),   # sqrt(921600 x 2) = 1357.6, / 2 = 678.8
    # §6.1: pixels as a resolution give the nearest tier by area; the shape is the picture's
    ("wanx2.1-i2v-plus",  {"size": Size(720, 1280)},  seen(FIRST, "1000*1000"), "960*960",   "720P",  "1:1"),
    ("wan2.2-i2v-plus",   {"size": Size(720, 1280)},  seen(FIRST, "1000*1000"), "624*624",   "480P",  "1:1"),  # 921600 is nearer to 399360 than to 2073600
    ("wan2.2-i2v-plus",   {"size": Size(1600, 900)},  seen(FIRST, "1000*1000"), "1440*1440", "1080P", "1:1"),  # 1440000 is nearer to 2073600
    ("wanx2.1-i2v-turbo", {"size": Size(480, 480)},   seen(FIRST, "1000*1000"), "624*624",   "480P",  "1:1"),
    # kf2v: the first frame's shape, not the last's
    ("wanx2.1-kf2v-plus", {},                      {**seen(FIRST, "1080*1920"), **seen(LAST, "1920*1080")}, "720*1280", "720P", "9:16"),
    ("wan2.2-kf2v-flash", {"tier": Tier(1080)},    seen(FIRST, "4000*3000"), "1632*1248", "1080P", "4:3"),
    # wan2.7-i2v: a clip that goes on gives its shape
    ("wan2.7-i2v",        {"tier": Tier(720)},     seen(Role.FIRST_CLIP, "1080*1920"), "720*1280", "720P", "9:16"),
    # s2v: the portrait's shape
    ("wan2.2-s2v",        {},                      seen(PORTRAIT, "500*500"), "624*624",  "480P", "1:1"),
    ("wan2.2-s2v",        {"tier": Tier(720)},     seen(PORTRAIT, "600*800"), "832*1112", "720P", "104:139"), # sqrt(921600 x 3/4) = 831.4, x 4/3 = 1108.5
    ("wan2.2-s2v",        {"size": Size(1280, 720)}, seen(PORTRAIT, "500*500"), "960*960", "720P", "1:1"),
    # emo, emoji: by the frame box
    ("emo-v1",    {},                                    seen(PORTRAIT, "3000*4000"), "512*512", "512P", "1:1"),
    ("emo-v1",    opt(frame_box=[100, 100, 400, 400]),   {}, "512*512", "512P", "1:1"),
    ("emo-v1",    opt(frame_box=[100, 100, 400, 500]),   {}, "512*704", "512P", "3:4"),
    ("emo-v1",    opt(frame_box=[0, 0, 90, 100]),        {}, "512*512", "512P", "1:1"),  # 0.9 is nearer to 1 than to 0.75
    ("emoji-v1",  opt(frame_box=[0, 0, 90, 120]),        {}, "512*512", "512P", "1:1"),
    # liveportrait: the picture's own size, even, at most 4096
    ("liveportrait", {}, seen(PORTRAIT, "801*1001"),   "800*1000",  "None", "None"),
    ("liveportrait", {}, seen(PORTRAIT, "5000*4000"),  "4096*3276", "None", "None"),     # 4000 x 4096 / 5000 = 3276.8
    # videoretalk: the film's own size
    ("videoretalk",  {}, seen(SOURCE, "1279*721"),     "1278*720",  "None", "None"),
    # style: short side = min_len
    ("video-style-transform", {},                      seen(SOURCE, "1920*1080"), "1280*720", "720P", "None"),
    ("video-style-transform", opt(min_len=540),        seen(SOURCE, "1920*1080"), "960*540",  "540P", "None"),
    ("video-style-transform", opt(min_len=540),        seen(SOURCE, "480*854"),   "540*960",  "540P", "None"), # 854 x 540 / 480 = 960.75
    ("video-style-transform", {},                      seen(SOURCE, "500*500"),   "720*720",  "720P", "None"),
    # VACE: image_reference and video_edit as asked, the others the input's up to the area of 720P
    (f"{VACE}/image_reference", {},                                {}, "1280*720", "720P", "16:9"),
    (f"{VACE}/image_reference", {"size": Size(832, 1088)},         {}, "832*1088", "720P", "3:4"),
    (f"{VACE}/video_edit",      {"size": Size(960, 960)},          seen(SOURCE, "640*360"),   "960*960",  "720P", "1:1"),
    (f"{VACE}/video_repainting", {},                               seen(SOURCE, "640*360"),   "640*360",  "720P", "None"),
    (f"{VACE}/video_repainting", {},                               seen(SOURCE, "1280*720"),  "1280*720", "720P", "None"),
    (f"{VACE}/video_repainting", {},                               seen(SOURCE, "720*1280"),  "720*1280", "720P", "None"),
    (f"{VACE}/video_repainting", {},                               seen(SOURCE, "1920*1080"), "1280*720", "720P", "None"), # x sqrt(921600 / 2073600) = x 2/3
    (f"{VACE}/video_repainting", {},                               seen(SOURCE, "3840*1080"), "1810*508", "720P", "None"), # x sqrt(921600 / 4147200) = x 0.4714
    (f"{VACE}/video_extension",  {},                               seen(FIRST, "639*359"),    "638*358",  "720P", "None"),
    (f"{VACE}/video_extension",  {},                               {**seen(FIRST, "640*640"), **seen(Role.FIRST_CLIP, "640*360")}, "640*360", "720P", "None"),
    # outpainting: half the picture times each scale, then the cap
    (f"{VACE}/video_outpainting", {},                              seen(SOURCE, "640*360"),   "640*360",  "720P", "None"),
    (f"{VACE}/video_outpainting", opt(left_scale=1.5, right_scale=1.5), seen(SOURCE, "640*360"), "960*360", "720P", "None"),
    (f"{VACE}/video_outpainting", opt(top_scale=2.0),              seen(SOURCE, "640*360"),   "640*540",  "720P", "None"),  # 360 x (2 + 1) / 2
    (f"{VACE}/video_outpainting", opt(top_scale=2.0, bottom_scale=2.0, left_scale=2.0, right_scale=2.0), seen(SOURCE, "1280*720"), "1280*720", "720P", "None"), # 2560*1440, halved
    # animate-anyone: the motion's shape at 720P, or over the own background the asked ratio
    ("animate-anyone-gen2", {},                                    {**seen(PORTRAIT, "500*500"), **seen(Role.TEMPLATE, "1080*1920")}, "720*1280", "720P", "9:16"),
    ("animate-anyone-gen2", {},                                    seen(Role.TEMPLATE, "500*500"),   "960*960",  "720P", "1:1"),
    ("animate-anyone-gen2", opt(use_ref_img_bg=True),              seen(Role.TEMPLATE, "1920*1080"), "720*1280", "720P", "9:16"),
    ("animate-anyone-gen2", opt(use_ref_img_bg=True, video_ratio="3:4"), seen(Role.TEMPLATE, "1920*1080"), "832*1088", "720P", "3:4"),
    ("animate-anyone-gen2", opt(video_ratio="3:4"),                seen(Role.TEMPLATE, "1080*1920"), "720*1280", "720P", "9:16"),  # counts only with the background
    # wan2.2-animate: the film's shape, 720P class
    ("wan2.2-animate-move", opt(mode="wan-std"), {**seen(PORTRAIT, "100*900"), **seen(Role.DRIVING_VIDEO, "1920*1080")}, "1280*720", "720P", "None"),
    # videoedit: the source's shape unless a ratio was asked for
    ("wan2.7-videoedit", {},                                       seen(SOURCE, "640*480"),   "640*480",   "1080P", "None"),
    ("wan2.7-videoedit", {"tier": Tier(720)},                      seen(SOURCE, "1920*1080"), "1280*720",  "720P",  "None"),
    ("wan2.7-videoedit", {"ratio": Ratio(4, 3)},                   seen(SOURCE, "640*480"),   "1648*1248", "1080P", "4:3"),
    ("wan2.7-videoedit", {"size": Size(1280, 720)},                seen(SOURCE, "640*480"),   "1280*720",  "720P",  "16:9"),
    ("wan2.7-videoedit", {"size": Size(1300, 700)},                seen(SOURCE, "640*480"),   "640*480",   "720P",  "None"),
    ("happyhorse-1.0-video-edit", {"ratio": Ratio(4, 3)},          seen(SOURCE, "640*360"),   "640*360",   "1080P", "None"),  # it has no ratio
]
# fmt: on


@pytest.mark.parametrize(("name", "said", "facts", "size", "tier", "ratio"), SIZES)
def test_sizes(name: str, said: dict[str, Any], facts: Facts, size: str, tier: str, ratio: str) -> None:
    request = made(name, facts=facts, **said)
    assert (str(request.size), str(request.tier), str(request.ratio)) == (size, tier, ratio)
    assert promise(request, card_of(name), facts).size == Size.parse(size)


def test_every_sizing_has_its_rows() -> None:
    from understudy.catalog.sizing import SIZINGS

    covered = {card_of(name).sizing for name, *_ in SIZES}
    assert covered == set(SIZINGS) - {"none"}
    assert promise(made("emo-detect-v1"), card_of("emo-detect-v1"), {}).size is None


SOUND_12 = {Role.DRIVING_AUDIO: a_sound("12.34")}


def film(seconds: str, rate: str = "30", *, sound: bool = False) -> dict[Role, MediaFacts]:
    return {SOURCE: a_film("640*640", seconds, rate, sound=sound)}


# fmt: off
PROMISES: list[tuple[str, dict[str, Any], Facts, str, str | None, bool | None, int | None]] = [
    # model, what is said, what was seen, rate, seconds, sound, frames
    ("wan2.2-t2v-plus",   {},                {}, "30", "5", False, 150),
    ("wan2.2-t2v-plus",   {"seconds": 3},    {}, "30", "3", False, 90),
    ("wan2.2-t2v-plus",   opt(fps=24),       {}, "24", "5", False, 120),   # §6.1: rendered at that rate only when asked
    ("wan2.2-t2v-plus",   opt(fps=8),        {}, "8",  "5", False, 40),
    ("wan2.5-t2v-preview", opt(fps=8),       {}, "30", "5", True, 150),    # no such parameter in 001 for newer models
    ("wan2.6-i2v-flash",  {"sound": False},  {}, "30", "5", False, 150),
    ("wan2.6-i2v-flash",  {},                {}, "30", "5", True, 150),
    ("wanx2.1-i2v-turbo", {"seconds": 4},    {}, "30", "4", False, 120),
    ("wanx2.1-kf2v-plus", opt(fps=16),       {}, "16", "5", False, 80),
    # VACE: as long as the film, at most 5 s; asked where nothing sets it
    (f"{VACE}/image_reference",  {},              {},           "30", "5",   False, 150),
    (f"{VACE}/video_repainting", {},              film("60", sound=True), "30", "5", False, 150),
    (f"{VACE}/video_repainting", {},              film("2.5"),  "30", "2.5", False, 75),
    (f"{VACE}/video_edit",       {"seconds": 3},  film("60"),   "30", "3",   False, 90),
    (f"{VACE}/video_edit",       {"seconds": 5},  film("2"),    "30", "2",   False, 60),
    (f"{VACE}/video_outpainting", opt(fps=24),    film("4"),    "24", "4",   False, 96),
    (f"{VACE}/video_extension",  {},              {Role.FIRST_CLIP: a_film("640*640", "3")}, "30", "5", False, 150),
    # style: 15-25 as asked, the source's length and sound
    ("video-style-transform", {},                 film("12.5", "60", sound=True), "15", "12.5", True, 188),  # 187.5, half to even
    ("video-style-transform", opt(video_fps=25),  film("12.5", "60"),             "25", "12.5", False, 312), # 312.5, half to even
    # portraits: as long as the sound
    ("emo-v1",       {},                {**SOUND_12}, "15", "12.34", True, 185),    # 185.1
    ("emo-v1",       {},                {Role.DRIVING_AUDIO: a_sound("60")}, "15", "60", True, 900),
    ("liveportrait", {},                {**SOUND_12}, "24", "12.34", True, 296),    # 296.16
    ("liveportrait", opt(video_fps=30), {**SOUND_12}, "30", "12.34", True, 370),    # 370.2
    ("wan2.2-s2v",   {},                {**SOUND_12}, "16", "12.34", True, 197),    # 197.44
    ("wan2.2-s2v",   {"tier": Tier(720)}, {**SOUND_12}, "30", "12.34", True, 370),
    ("emoji-v1",     opt(driven_id="jingdian_lei"), {}, "15", None, False, None),   # its template knows
    # videoretalk: the shorter of film and sound; with video_extension the sound's; the film's rate
    ("videoretalk",  {},                        {**film("10", "25"), **SOUND_12},  "25", "10",    True, 250),
    ("videoretalk",  {},                        {**film("40", "25"), **SOUND_12},  "25", "12.34", True, 308),  # 308.5, half to even
    ("videoretalk",  opt(video_extension=True), {**film("10", "25"), **SOUND_12},  "25", "12.34", True, 308),
    ("videoretalk",  {},                        {**film("10", "29.97"), **SOUND_12}, "30000/1001", "10", True, 300), # 299.7
    ("videoretalk",  {},                        {**film("10", "23.976"), **SOUND_12}, "24000/1001", "10", True, 240),
    ("videoretalk",  {},                        {**film("10", "120"), **SOUND_12}, "60", "10",    True, 600),
    # animate: the motion's length and sound
    ("animate-anyone-gen2", {}, {Role.TEMPLATE: a_film("2*2", "7.5", "24", sound=True)},  "15", "7.5", True, 112),  # 112.5, half to even
    ("animate-anyone-gen2", {}, {Role.TEMPLATE: a_film("2*2", "7.5", "24")},              "15", "7.5", False, 112),
    ("wan2.2-animate-move", opt(mode="wan-std"), {Role.DRIVING_VIDEO: a_film("2*2", "9")}, "15", "9", False, 135),
    ("wan2.2-animate-mix",  opt(mode="wan-pro"), {Role.DRIVING_VIDEO: a_film("2*2", "9", sound=True)}, "25", "9", True, 225),
    # videoedit: 0 keeps the length
    ("wan2.7-videoedit", {},             film("9.5", sound=True), "30", "9.5", True, 285),
    ("wan2.7-videoedit", {"seconds": 0}, film("9.5"),             "30", "9.5", False, 285),
    ("wan2.7-videoedit", {"seconds": 3}, film("9.5"),             "30", "3",   False, 90),
    ("happyhorse-1.0-video-edit", {},    film("12"),              "30", "12",  False, 360),  # no length of its own
]
# fmt: on


@pytest.mark.parametrize(("name", "said", "facts", "rate", "seconds", "sound", "frames"), PROMISES)
def test_promises(
    name: str,
    said: dict[str, Any],
    facts: Facts,
    rate: str,
    seconds: str | None,
    sound: bool | None,
    frames: int | None,
) -> None:
    promised = promise(made(name, facts=facts, **said), card_of(name), facts)
    assert promised.frames_per_second == Fraction(rate)
    assert promised.seconds == (None if seconds is None else Decimal(seconds))
    assert (promised.sound, promised.frame_count) == (sound, frames)


def test_what_was_not_seen_is_not_promised() -> None:
    promised = promise(made("videoretalk"), card_of("videoretalk"), {})
    assert (promised.size, promised.seconds, promised.sound) == (None, None, True)
    promised = promise(made("video-style-transform"), card_of("video-style-transform"), {})
    assert (promised.size, promised.seconds, promised.sound) == (None, None, None)
    assert promise(made("animate-anyone-template-gen2"), card_of("animate-anyone-template-gen2"), {}).seconds is None


RATES = [("30", "30"), ("29.97", "30000/1001"), ("29.970030", "30000/1001"), ("23.976024", "24000/1001"),
         ("59.94", "60000/1001"), ("25.0001", "25"), ("12.5", "25/2"), ("0.5", "1/2")]  # fmt: skip


@pytest.mark.parametrize(("found", "exact"), RATES)
def test_the_rate_a_probe_stands_for(found: str, exact: str) -> None:
    assert exact_rate(Decimal(found)) == Fraction(exact)
