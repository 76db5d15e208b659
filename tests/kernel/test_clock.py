"""Time is aware and UTC."""

from datetime import UTC, datetime, timedelta

from clew.kernel import clock


def test_now_is_aware_and_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
