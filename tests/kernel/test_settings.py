"""Settings: explicit values, then the environment, then clew.toml; platform folders; read once."""

from pathlib import Path

import pytest

from clew.kernel import settings as module
from clew.kernel.errors import BadInput
from clew.kernel.settings import Settings, home_folder, settings, use_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take every setting of this machine away, and put back what the run had chosen."""
    for name in list(module.os.environ):
        if name.startswith(("CLEW_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(module, "_chosen", [])
    return tmp_path


@pytest.mark.parametrize(("platform", "home", "keys"), [
    ("linux", ".local/share/clew", ".config/clew"),
    ("darwin", "Library/Application Support/clew", "Library/Preferences/clew")])
def test_folders_of_the_platform(bare: Path, monkeypatch: pytest.MonkeyPatch, platform: str, home: str, keys: str) -> None:
    monkeypatch.setattr(module.sys, "platform", platform)
    assert (Settings().home, Settings().keys) == (bare / home, bare / keys)


def test_xdg_folders_are_honoured(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(bare / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(bare / "config"))
    assert (home_folder(), Settings().keys) == (bare / "data/clew", bare / "config/clew")


def test_explicit_beats_environment_beats_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_HOME", str(bare))
    (bare / "clew.toml").write_text('port = 1\nhost = "file"\norigin = "https://file.example"\n')
    monkeypatch.setenv("CLEW_PORT", "2")
    monkeypatch.setenv("CLEW_HOST", "environment")
    at = Settings(port=3)
    assert (at.port, at.host, at.origin, at.home) == (3, "environment", "https://file.example", bare)


def test_places_that_follow_the_home(bare: Path) -> None:
    at = Settings(home=bare)
    assert (at.blob_place, at.heads_path) == (str(bare / "blobs"), bare / "heads.jsonl")
    at = Settings(home=bare, blobs="s3://bucket/clew", heads_file=bare / "elsewhere")
    assert (at.blob_place, at.heads_path) == ("s3://bucket/clew", bare / "elsewhere")


def test_keys_lie_outside_the_data(bare: Path) -> None:
    assert not Settings().keys.is_relative_to(Settings().home)


def test_settings_are_read_once_and_frozen(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = settings()
    monkeypatch.setenv("CLEW_PORT", "9999")
    assert settings() is first
    chosen = Settings(home=bare, port=1)
    use_settings(chosen)
    assert settings() is chosen
    with pytest.raises(ValueError, match="frozen"):
        chosen.port = 2
    assert hash(chosen) == hash(Settings(home=bare, port=1))


def test_a_node_beside_the_usual_one_has_a_home_and_keys_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_HOME", str(tmp_path / "demo"))
    monkeypatch.setenv("CLEW_KEYS", "")
    monkeypatch.delenv("CLEW_KEYS")
    monkeypatch.setenv("CLEW_PORT", "1")
    at = module.live_beside("demo", port=8420)
    assert (at.home, at.keys, at.port) == (tmp_path / "demo", tmp_path / "demo-keys", 8420)
    monkeypatch.delenv("CLEW_KEYS")


@pytest.mark.parametrize(("name", "value"), [
    ("port", "abc"), ("port", "0"), ("port", "65536"), ("web_processes", "0"), ("reveal_limit", "-1")])
def test_a_value_that_cannot_be_used_is_named_and_not_shown(
        bare: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CLEW_{name.upper()}", value)
    with pytest.raises(BadInput, match=f"{name}: ") as told:
        settings()
    assert "abc" not in told.value.message


@pytest.mark.parametrize(("content", "told"), [
    ("reveal_limt = 5\n", "reveal_limt: there is no such setting"), ("port = \n", "line 1")])
def test_a_misspelt_file_is_refused_and_never_passed_over(
        bare: Path, monkeypatch: pytest.MonkeyPatch, content: str, told: str) -> None:
    monkeypatch.setenv("CLEW_HOME", str(bare))
    (bare / "clew.toml").write_text(content)
    with pytest.raises(BadInput, match=told):
        settings()
