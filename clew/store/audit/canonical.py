"""One spelling for every value that is hashed: canonical JSON, exact through PostgreSQL's jsonb. Pure."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

DELETED = "deleted"  # stands in `row_hashes` for a row the verb removed
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Return an aware time as whole microseconds since 1970, the way it is hashed."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """Return the aware UTC time of `microseconds`."""
    return _EPOCH + timedelta(microseconds=micros)


def text(value: str) -> str:
    """Return `value` as PostgreSQL can hold it: what is no Unicode, and NUL, is spelled out."""
    return value.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def plain(value: Any) -> Any:
    """Return `value` in JSON types that come back from jsonb as they went in. Raises ValueError for NaN."""
    match value:
        case Mapping():
            return {text(str(key)): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted((plain(item) for item in value), key=canonical)
        case float():
            return _number(value)
        case None | bool() | int():
            return value
    return _spelled(value)


def _number(value: float) -> float | int:
    """Return whole floats as integers (jsonb keeps no exponent) and refuse what JSON cannot say."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN is unequal to itself
        raise ValueError("an event holds finite numbers only")
    return int(value) if value.is_integer() else value


def _spelled(value: Any) -> str:
    """Return the one spelling of the other types that rows hold."""
    match value:
        case str():
            return text(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case uuid.UUID() | Decimal():
            return str(value)
        case _:
            raise ValueError(f"an event cannot hold a {type(value).__name__}")


def canonical(value: Any) -> bytes:
    """Return plain JSON as UTF-8 with sorted keys and no spaces."""
    return _ENCODER.encode(value).encode()


def row_hash(row: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hex, that binds an event to a database row (column name -> value)."""
    return hashlib.sha256(canonical(plain(row))).hexdigest()
