"""Casting: every reference of a brief becomes a performer that is ready to act.

Knows who is somebody and who is somewhere, whose voice is whose, how large a sprite is worth keeping, and when a
picture is a storyboard sheet. Must not know how pixels are cut (cutout, live) nor where anybody will stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from understudy.animatic import backdrop, models, panels
from understudy.animatic.brief import BACKGROUND, THING, Brief, LocalSubject, Progress
from understudy.animatic.cutout import Cut, cut, find_person, over
from understudy.animatic.live import MOST_BYTES, cut_clip, whole_clip
from understudy.animatic.perception import Eyes
from understudy.animatic.performer import Body, Cast, Face, Kind, Performer, Pictures, Plate, Sprite
from understudy.animatic.screenplay import Part, Screenplay, Side
from understudy.animatic.strips import Still
from understudy.core.faults import Refused
from understudy.core.request import LocalMedia, Medium
from understudy.core.units import Size
from understudy.media.image import Picture, cover, fit, read_image

_TALLEST = 1.3  # sprite height over film height: what a close shot shows at one to one
_WIDEST = 1.6  # sprite width over film width, for the same reason
_PLATE = 1.5  # plate size over film size: room for the camera to move in
_READ_SIDE = 3000  # pixels; a small person in a large photograph still has a face at that
_SHEET_SIDE = 6000  # a sheet's panels share its pixels
_BUST, _HALF = 3.0, 6.5
"""Sprite heights in face heights up to which a person is shown as bust and as half figure. GUESS: a standing adult is
about eight and a half face meshes high, the waist is at three and a half."""

_FILM_BYTES = 2_400_000_000  # of pictures of all clips of a film on disk
_CLIP_WORK, _STILL_WORK = 12.0, 1.0  # for the progress: a clip takes about so much longer than a still


@dataclass(frozen=True, slots=True)
class _Studio:
    """What every casting needs to know of the film."""

    size: Size
    frame_count: int
    eyes: Eyes | None
    workdir: Path
    clip_bytes: int = MOST_BYTES

    @property
    def sprite_size(self) -> tuple[int, int]:
        return round(_WIDEST * self.size.width), round(_TALLEST * self.size.height)

    @property
    def plate_side(self) -> int:
        return round(_PLATE * max(self.size.width, self.size.height))


def assemble(brief: Brief, screenplay: Screenplay, workdir: Path, progress: Progress) -> Cast:
    """The cast of a film. The same files, models and library versions give the same bytes.

    Clips are kept as mapped files in `workdir`, which must live as long as the cast.

    Raises:
        MediaRefused: a file cannot be read.
        Refused: a subject is neither picture nor video.
    """
    has_eyes = brief.models is not None and models.installed(brief.models)
    eyes = Eyes(brief.models) if brief.models is not None and has_eyes else None
    clips = sum(subject.media.facts.medium is Medium.VIDEO for subject in brief.subjects)
    clip_bytes = min(MOST_BYTES, _FILM_BYTES // max(1, clips))
    studio = _Studio(brief.size, brief.frame_count, eyes, workdir, clip_bytes)
    notes: list[str] = []
    if eyes is None and brief.subjects:
        notes.append(
            "Persons were not cut out and no mouth moves, because the perception models are missing: "
            "run `understudy models install`."
        )
    sheet, split = _storyboard(brief, screenplay)
    performers: dict[str, Performer] = {}
    places = _named_places(brief, screenplay, sheet)
    work = [_CLIP_WORK if s.media.facts.medium is Medium.VIDEO else _STILL_WORK for s in brief.subjects]
    for number, subject in enumerate(brief.subjects):
        begun, share = sum(work[:number]) / sum(work), work[number] / sum(work)

        def told(part: float, begun: float = begun, share: float = share, name: str = subject.name) -> None:
            progress(begun + share * part, f"casting {name}")

        told(0.0)
        performer = _cast(studio, subject, _part_of(subject, screenplay, subject.name == sheet), told)
        may_be_set = subject.description != THING and _may_be_set(performer, screenplay, places)
        if may_be_set and _is_somewhere(performer, screenplay, studio.eyes):
            performer = _as_set(performer)
            places.add(subject.name)
        performers[subject.name] = performer
        notes += performer.notes
    first_frame = _opening(brief.first_frame, studio) if brief.first_frame is not None else None
    progress(1.0, "the cast is ready")
    return Cast(performers, split, first_frame, tuple(notes))


def _part_of(subject: LocalSubject, screenplay: Screenplay, is_sheet: bool) -> Part | None:
    """BACKGROUND for somebody who is only ever that; None for somebody whom no shot names."""
    if is_sheet or subject.description == BACKGROUND:
        return Part.BACKGROUND
    parts = {member.part for shot in screenplay.shots for member in shot.cast if member.name == subject.name}
    acts = any(act.who == subject.name for shot in screenplay.shots for act in shot.acts)
    speaks = any(line.speaker == subject.name for shot in screenplay.shots for line in shot.lines)
    if parts == {Part.BACKGROUND} and not acts and not speaks:
        return Part.BACKGROUND
    if not parts and not acts and not speaks:
        return None
    return next((part for part in (Part.ACTOR, Part.SEAT, Part.PROP) if part in parts), Part.ACTOR)


# Pictures of somewhere that the prompt names as something -------------------------------------------------------------

_SMALL_FACE = 0.1
"""Of the picture's height: passers-by, and patterns that look like a face, are smaller. GUESS."""
_SET_NOTE = "{} shows a whole place and nothing in it could be cut out: it is the set of the shots that name it."


def _named_places(brief: Brief, screenplay: Screenplay, sheet: str | None) -> set[str]:
    """Subjects that are sets whatever their pictures show."""
    return {s.name for s in brief.subjects if _part_of(s, screenplay, s.name == sheet) is Part.BACKGROUND}


def _may_be_set(performer: Performer, screenplay: Screenplay, places: set[str]) -> bool:
    """Whether the prompt leaves room for a card to be the set: nobody holds it, it does and says nothing, and none of
    the shots that name it has another set.
    """
    name = performer.name
    shots = [shot for shot in screenplay.shots if any(m.name == name for m in shot.cast)]
    does = any(act.who == name for shot in screenplay.shots for act in shot.acts)
    speaks = any(line.speaker == name for shot in screenplay.shots for line in shot.lines)
    held = any(m.held_by for shot in shots for m in shot.cast if m.name == name)
    taken = any(m.name in places for shot in shots for m in shot.cast)
    return performer.kind is Kind.CARD and bool(shots) and not (does or speaks or held or taken)


def _is_somewhere(performer: Performer, screenplay: Screenplay, eyes: Eyes | None) -> bool:
    """Whether a picture that could not be cut out shows a place: not upright, no plain backdrop, nobody in it.

    Without `eyes` nobody can say whether there is a person in it: then only what the prompt calls a thing counts.
    """
    height, width = performer.plate.shape[:2]
    if width < height or backdrop.look(performer.plate).is_plain:
        return False
    if eyes is None:
        parts = {m.part for shot in screenplay.shots for m in shot.cast if m.name == performer.name}
        return Part.ACTOR not in parts
    faces = (face.box for face in eyes.faces(performer.plate))
    return all(bottom - top < _SMALL_FACE * height for _, top, _, bottom in faces) and (
        find_person(performer.plate, eyes) is None
    )


def _as_set(performer: Performer) -> Performer:
    """The same subject as somewhere to be."""
    whole = np.dstack([performer.plate, np.full(performer.plate.shape[:2], 255, np.uint8)])
    height, width = whole.shape[:2]
    pictures = performer.pictures if performer.is_video else Still(np.asarray(whole, np.uint8), None)
    size = performer.size if performer.is_video else (width, height)
    return replace(performer, kind=Kind.PLACE, pictures=pictures, size=size, notes=(_SET_NOTE.format(performer.name),))


def _cast(studio: _Studio, subject: LocalSubject, part: Part | None, told: Callable[[float], None]) -> Performer:
    medium = subject.media.facts.medium
    if medium is Medium.VIDEO:
        return _cast_clip(studio, subject, part, told)
    if medium is Medium.IMAGE:
        return _cast_still(studio, subject, part)
    raise Refused(f"{subject.name} is neither a picture nor a video. Give a picture or a video for it.")


def _cast_still(studio: _Studio, subject: LocalSubject, part: Part | None) -> Performer:
    picture = read_image(subject.media.path, _READ_SIDE)
    plate = _plate(picture, studio.plate_side)
    sound = subject.voice.path if subject.voice is not None else None
    found = None if part is Part.BACKGROUND else cut(picture, studio.eyes, *studio.sprite_size)
    if found is None or (part is None and found.kind is Kind.CARD and subject.description != THING):
        # nobody named it and nobody is in it: somewhere to be
        whole = np.dstack([plate, np.full(plate.shape[:2], 255, np.uint8)])
        found = Cut(np.asarray(whole, np.uint8), frozenset(), Kind.PLACE)
    return _performer(subject, found.kind, Still(found.sprite, found.face), found.sides, plate, sound, found.note)


def _cast_clip(studio: _Studio, subject: LocalSubject, part: Part | None, told: Callable[[float], None]) -> Performer:
    path, facts = subject.media.path, subject.media.facts
    sound = path if facts.has_sound else None
    if subject.voice is not None:
        sound = subject.voice.path
    # one file for each subject, named by what cannot clash: a name may hold anything
    store = studio.workdir / f"cast-{subject.name.encode().hex()}.rgba"
    if part is Part.BACKGROUND:
        found = whole_clip(path, studio.size.height, studio.frame_count, store, told, studio.clip_bytes)
    else:
        found = cut_clip(path, studio.eyes, *studio.sprite_size, studio.frame_count, store, told, studio.clip_bytes)
    plate = _plate(found.plate, studio.plate_side)
    performer = _performer(subject, found.kind, found.pictures, found.sides, plate, sound, found.note)
    return replace(performer, is_video=True)


def _performer(
    subject: LocalSubject,
    kind: Kind,
    pictures: Pictures,
    sides: frozenset[Side],
    plate: Plate,
    sound: Path | None,
    note: str,
) -> Performer:
    sprite = pictures.sprite(0)
    height, width = sprite.shape[:2]
    body = _body(sprite, _first_face(pictures), sides) if kind is Kind.PERSON else None
    notes = (
        (f"{subject.name} is {note}.",) if note.startswith("shown") else (f"{subject.name} {note}.",) if note else ()
    )
    return Performer(
        name=subject.name,
        kind=kind,
        pictures=pictures,
        size=(width, height),
        plate=plate,
        body=body,
        cut_sides=sides,
        own_sound=sound,
        palette=palette(sprite),
        notes=notes,
    )


def _first_face(pictures: Pictures) -> Face | None:
    return next((face for face in map(pictures.face, range(pictures.count)) if face is not None), None)


def _body(sprite: Sprite, face: Face | None, sides: frozenset[Side]) -> Body:
    """How much of the person there is: by the size of the face, or by the figure's slimness where no face is seen."""
    height, width = sprite.shape[:2]
    if face is None:
        return Body.FULL if Side.DOWN not in sides and height > 1.7 * width else Body.HALF
    _, top, _, bottom = face.box
    faces_high = height / max(1.0, bottom - top)
    if faces_high > _HALF and Side.DOWN not in sides:
        return Body.FULL
    return Body.HALF if faces_high > _BUST else Body.BUST


def palette(sprite: Sprite, count: int = 3) -> tuple[tuple[int, int, int], ...]:
    """The colours that fill most of what is solid in a sprite, commonest first, each clearly unlike the others."""
    small = fit(sprite, 96, 96)
    colours = small[small[..., 3] > 200][:, :3].astype(np.int64)
    if not len(colours):
        return ()
    keys = (colours // 32) @ np.array([64, 8, 1])
    values, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    chosen: list[tuple[int, int, int]] = []
    for index in np.lexsort((values, -counts)):
        r, g, b = (int(v) for v in np.rint(colours[places == index].mean(axis=0)))
        if all(abs(r - x) + abs(g - y) + abs(b - z) > 90 for x, y, z in chosen):
            chosen.append((r, g, b))
        if len(chosen) == count:
            break
    return tuple(chosen)


def _plate(picture: Picture, side: int) -> Plate:
    whole = fit(picture, side, side)
    return over(whole, (255, 255, 255)) if whole.shape[2] == 4 else whole


def _opening(media: LocalMedia, studio: _Studio) -> Plate:
    """The first frame, cropped to the film around the face it shows, if any."""
    plate = _plate(read_image(media.path, _READ_SIDE), _READ_SIDE)
    focus = (0.5, 0.5)
    if studio.eyes is not None:
        faces = studio.eyes.faces(fit(plate, 1280, 1280))
        if faces:
            scale = plate.shape[0] / fit(plate, 1280, 1280).shape[0]
            left, top, right, bottom = (value * scale for value in faces[0].box)
            focus = ((left + right) / 2 / plate.shape[1], (top + bottom) / 2 / plate.shape[0])
    return cover(plate, studio.size, focus)


def _storyboard(brief: Brief, screenplay: Screenplay) -> tuple[str | None, tuple[Plate, ...]]:
    """The subject that is a storyboard sheet, if one is, and its panels.

    Where the prompt speaks of one, the first picture that comes apart. Where it does not, only a lone picture that
    comes apart by clear gutters into exactly the shots told: photographs hold lines too.
    """
    pictures = [subject for subject in brief.subjects if subject.media.facts.medium is Medium.IMAGE]
    told = len(screenplay.shots)
    if screenplay.is_storyboard:
        for subject in pictures:
            sheet = _plate(read_image(subject.media.path, _SHEET_SIDE), _SHEET_SIDE)
            found = panels.split(sheet, told if told > 1 else None)
            if found:
                return subject.name, found
    elif told >= 3 and len(pictures) == 1:
        sheet = _plate(read_image(pictures[0].media.path, _SHEET_SIDE), _SHEET_SIDE)
        found = panels.by_gutters(sheet)
        if len(found) == told:
            return pictures[0].name, found
    return None, ()
