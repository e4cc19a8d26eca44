"""What every table of the configuration is made of: frozen, unknown keys refused, secrets from elsewhere."""

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr


def _named(value: object) -> object:
    if value == "":
        msg = "an empty path would mean the folder the program was started in; expected a path, or no such key"
        raise ValueError(msg)
    return value


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        msg = "a zone of the IANA database, e.g. Asia/Shanghai"
        raise ValueError(msg) from None
    return zone


Place = Annotated[Path, BeforeValidator(_named)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Port = int


class Section(BaseModel):
    """A table of the file: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Section):
    """Something that must not stand in the TOML: from a file, a systemd credential, or the environment."""

    token_file: Place | None = Field(None, description="a file that holds nothing but the token")
    token: SecretStr | None = Field(None, description="the token itself, by environment only")

    def secret(self) -> str:
        """The token; "" where none is set. OSError where its file cannot be read."""
        return read_secret(self.token, self.token_file)


def read_secret(value: SecretStr | None, path: Path | None) -> str:
    """The secret by environment or out of its file, relative names meaning systemd's credentials (LoadCredential)."""
    if value is not None:
        return value.get_secret_value()
    return secret_path(path).read_text(encoding="utf-8-sig").strip() if path else ""


def secret_path(path: Path) -> Path:
    """Where a secret lies."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and not path.is_absolute() and (Path(credentials) / path).exists():
        return Path(credentials) / path
    return path
