"""Settings: one frozen object, read once from CLEW_* variables and CLEW_HOME/clew.toml."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from clew.kernel.errors import BadInput

_Some = Annotated[int, Field(ge=1)]
_OrNone = Annotated[int, Field(ge=0)]


def _platform_folder(variable: str, linux: str, mac: str) -> Path:
    """Return the platform's folder for the user, honouring the XDG variable."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / mac
    return Path(os.environ.get(variable) or Path.home() / linux)


def home_folder() -> Path:
    """Return CLEW_HOME, or the platform's data folder for the user."""
    given = os.environ.get("CLEW_HOME")
    return Path(given) if given else _platform_folder(
        "XDG_DATA_HOME", ".local/share", "Application Support") / "clew"


def _config_folder() -> Path:
    """Return where keys live: outside the data folder, so that a copy of the data opens nothing."""
    return _platform_folder("XDG_CONFIG_HOME", ".config", "Preferences") / "clew"


class Settings(BaseSettings):
    """Everything an operator can set; a secret is always the path of a file."""

    model_config = SettingsConfigDict(env_prefix="CLEW_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=home_folder)
    keys: Path = Field(default_factory=_config_folder)  # master, signing and object key, database passwords
    blobs: str = ""  # a folder, or s3://bucket/prefix; empty: <home>/blobs
    blobs_secret_file: Path | None = None  # JSON of S3 credentials
    dsn: str = ""  # host, port, dbname of a server of your own; empty: embedded PostgreSQL
    postgres_folder: Path | None = None  # embedded server's own folder, outside home
    heads_file: Path | None = None  # append-only file of signed heads; empty: <home>/heads.jsonl
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8420
    origin: str = ""  # the address officers type, e.g. https://clew.example
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    web_processes: _Some = 2
    work_processes: _Some = 2
    session_minutes: _Some = 60  # idle time after which a session ends
    session_hours: _Some = 12  # longest life of a session
    reveal_limit: _OrNone = 0  # reveals per officer and day; 0: none
    break_after: _OrNone = 40  # reveals within an hour after which a break is suggested; 0: never
    search_limit: _OrNone = 200  # searches per officer and hour (probing limit)
    agency_search_limit: _OrNone = 2000  # the same for a whole agency

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read explicit values, then the environment, then clew.toml in the home folder."""
        toml = TomlConfigSettingsSource(settings_cls, home_folder() / "clew.toml")
        return init_settings, env_settings, toml

    @property
    def blob_place(self) -> str:
        """Return the folder or S3 address that holds sealed content."""
        return self.blobs or str(self.home / "blobs")

    @property
    def heads_path(self) -> Path:
        """Return the append-only file of signed heads."""
        return self.heads_file or self.home / "heads.jsonl"


_chosen: list[Settings] = []


def use_settings(at: Settings) -> None:
    """Fix the process's settings: at its start, or for one test."""
    _chosen[:] = [at]


def live_beside(name: str, *, port: int) -> Settings:
    """Have this process and those it starts live in a node of its own: CLEW_HOME, or the folder `name` beside the usual one."""
    home = Path(os.environ.setdefault("CLEW_HOME", str(home_folder().with_name(name))))
    os.environ.setdefault("CLEW_KEYS", str(home.with_name(home.name + "-keys")))
    os.environ["CLEW_PORT"] = str(port)
    _chosen.clear()
    return settings()


def settings() -> Settings:
    """Return the process's settings, read once. Raises BadInput, which names the setting and never its value."""
    if not _chosen:
        _chosen.append(_read())
    return _chosen[0]


_NO_SUCH = {"extra_forbidden": "there is no such setting"}


def _read() -> Settings:
    try:
        return Settings()
    except ValidationError as problem:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {_NO_SUCH.get(one['type'], one['msg'])}"
                          for one in problem.errors())
    except (SettingsError, tomllib.TOMLDecodeError) as problem:
        wrong = str(problem)
    raise BadInput(f"A setting cannot be used: {wrong}. Mend it where it is set: in a variable CLEW_<NAME>, "
                   f"or in clew.toml in CLEW_HOME.")
