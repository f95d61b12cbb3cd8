"""Settings: environment over one TOML file over defaults, and an error text that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from understudy.core.faults import BadSetting
from understudy.core.request import Profile
from understudy.settings import Settings, load, strange_variables


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing() -> None:
    settings = load()
    assert settings.profile is Profile.COMPAT
    assert settings.limits_on
    assert settings.engines == ("animatic",)
    assert settings.keys == ()


def test_environment_beats_file_beats_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "understudy.toml").write_text('port = 9000\nhost = "0.0.0.0"\n')
    monkeypatch.setenv("UNDERSTUDY_PORT", "9001")
    settings = load()
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)
    assert load(port=9002).port == 9002, "an option of the command line beats both"


def test_another_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text("slots = 4\n")
    monkeypatch.setenv("UNDERSTUDY_CONFIG", str(tmp_path / "mine.toml"))
    assert load().slots == 4


def test_keys_for_automation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_KEYS", "alice:sk-1, bob:sk-2,")
    pairs = [(account, key.get_secret_value()) for account, key in load().keys]
    assert pairs == [("alice", "sk-1"), ("bob", "sk-2")]
    assert "sk-1" not in repr(load()), "keys never show in a log of the settings"


@pytest.mark.parametrize(
    ("variable", "text", "in_message"),
    [
        ("UNDERSTUDY_PORT", "99999", "UNDERSTUDY_PORT"),
        ("UNDERSTUDY_KEYS", "sk-without-account", "account:key"),
        ("UNDERSTUDY_FETCH_ALLOW", "127.0.0.1:18999", "origin"),
        ("UNDERSTUDY_FETCH_ALLOW", "http://127.0.0.1/path", "origin"),
        ("UNDERSTUDY_PUBLIC_URL", "example.com", "absolute URL"),
        ("UNDERSTUDY_PUBLIC_URL", "https://example.com/a?b=c", "plain root"),
        ("UNDERSTUDY_PUBLIC_URL", "https://me:pw@example.com", "plain root"),
        ("UNDERSTUDY_PUBLIC_URL", "https://视频.example.com", "plain root"),
        ("UNDERSTUDY_UPSTREAMS", '{"北京": {"base_url": "https://a.example", "key": "k"}}', "cannot name an upstream"),
        ("UNDERSTUDY_PROFILE", "lenient", "UNDERSTUDY_PROFILE"),
        ("UNDERSTUDY_LIMITS", "some", "UNDERSTUDY_LIMITS"),
    ],
)
def test_a_wrong_value_names_its_variable(
    variable: str, text: str, in_message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(BadSetting) as caught:
        load()
    assert in_message in caught.value.message
    assert variable in caught.value.message


def test_a_misspelt_key_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "understudy.toml").write_text("prot = 9000\n")
    with pytest.raises(BadSetting, match=r"understudy\.toml: 'prot' is no setting; did you mean 'port'"):
        load()


def test_a_broken_file_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "understudy.toml").write_text("port = \n")
    with pytest.raises(BadSetting, match=r"understudy\.toml.*line 1"):
        load()


def test_a_file_that_is_asked_for_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_CONFIG", "nowhere.toml")
    with pytest.raises(BadSetting, match=r"UNDERSTUDY_CONFIG: there is no file nowhere\.toml"):
        load()


def test_a_file_that_is_no_unicode_is_refused(tmp_path: Path) -> None:
    (tmp_path / "understudy.toml").write_bytes(b'data = "\xe9"\n')
    with pytest.raises(BadSetting, match=r"understudy\.toml: .*utf-8"):
        load()


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "PORT", "KEYS", "CARDS", "CONFIG"):
        monkeypatch.setenv(f"UNDERSTUDY_{name}", "")
    settings = load()
    assert (settings.port, settings.keys, settings.cards) == (8000, (), None)
    assert settings.data.is_absolute()


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("UNDERSTUDY_DATA", "~/films")
    assert load().data == tmp_path / "films"
    with pytest.raises(BadSetting, match="UNDERSTUDY_DATA: there is no home folder"):
        load(data=Path("~nobody-of-this-name/films"))


def test_a_user_without_a_home_is_told_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(BadSetting, match="--data or UNDERSTUDY_DATA"):
        load()
    assert load(data=Path("/tmp/x")).data == Path("/tmp/x")
    # an engine's process works in a folder of its own and must find the same models
    assert load(data=Path("films")).data == Path.cwd() / "films"


def test_a_strange_variable_is_told_not_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_PROT", "9000")
    assert strange_variables() == ("UNDERSTUDY_PROT",)
    assert load().port == 8000


def test_several_origins_may_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNDERSTUDY_FETCH_ALLOW", "http://127.0.0.1:18999, http://media.lan/")
    assert load().fetch_allow == {"http://127.0.0.1:18999", "http://media.lan"}


def test_every_setting_has_a_sentence() -> None:
    lacking = [
        name for name, field in Settings.model_fields.items() if not (field.description or "").endswith((".", "`."))
    ]
    assert lacking == []
