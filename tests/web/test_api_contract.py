"""Every operation of the API with made-up questions: it answers as its own description says, and nothing breaks it."""

import datetime
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from clew.web.routes import API
from tests.domain.conftest import House, house  # noqa: F401
from tests.web.in_process import in_process

TRIED = 12  # made-up questions to each operation, of officers and of nobody in turn
ENDS = {("POST", "/api/v1/logout")}  # whoever asks it with success is nobody for the others
TAKEN = {"method", "url", "headers", "params", "json", "content", "data"}
_app = FastAPI()
_app.include_router(API)
_described = schemathesis.openapi.from_dict(_app.openapi())
OPERATIONS = [one.ok() for one in _described.get_all_operations() if isinstance(one, Ok)]


@pytest.fixture(scope="module")
def web(house: House) -> Iterator[httpx.Client]:  # noqa: F811
    with in_process() as client:
        yield client


def asked(web: httpx.Client, case: Any, token: str) -> httpx.Response:
    """Send a made-up question; one that no client could send at all is left out by hypothesis' own rule."""
    sent = case.as_transport_kwargs(base_url="http://clew.test")
    sent["headers"] = {k: v for k, v in sent["headers"].items() if k.lower() not in ("authorization", "cookie")}
    if token:
        sent["headers"]["Authorization"] = f"Bearer {token}"
    return web.request(**{key: sent[key] for key in sent if key in TAKEN})


def as_described(operation: Any, answer: httpx.Response) -> None:
    """Every refusal says what and why; every success is what the description promises."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400 and operation.method.upper() != "HEAD":
        told = answer.json()
        assert told["error"] and told["message"], told
    elif answer.content:
        answer.elapsed = datetime.timedelta()  # asked in process: nothing measured it
        operation.validate_response(answer)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method.upper()} {one.path}")
def test_made_up_questions(web: httpx.Client, house: House, operation: Any) -> None:  # noqa: F811
    officers = [house.viewer(name).token for name in ("anna", "art")]
    tokens = iter((["", *officers] if (operation.method.upper(), operation.path) not in ENDS else [""]) * 4 * TRIED)

    @settings(max_examples=TRIED, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        as_described(operation, asked(web, case, next(tokens)))

    ask()


def test_nothing_is_left_out() -> None:
    described = {f"{method.upper()} {path}" for path, methods in _app.openapi()["paths"].items() for method in methods}
    assert len(OPERATIONS) == len(described) >= 57
