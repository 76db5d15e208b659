"""Every refusal as an answer: the same bytes for missing and hidden, and no inner detail ever."""

import logging
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from starlette.exceptions import HTTPException

from clew.kernel.errors import BadInput, ClewError, NotFound, Unavailable

log = logging.getLogger("clew.web")
# How people are told: set by the pages, which know errors, and not the other way round.
PAGES: list[Callable[[Request, ClewError], Response]] = []


def answer(request: Request, error: ClewError) -> Response:
    """Return an error as JSON to programs and as a page to people."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": error.code, "message": error.message}, error.status)
    return PAGES[0](request, error) if PAGES else JSONResponse({"message": error.message}, error.status)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(ClewError, _clew)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DBAPIError, _database)


def _clew(request: Request, error: Exception) -> Response:
    return answer(request, error if isinstance(error, ClewError) else Unavailable("Try again."))


def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return answer(request, NotFound())
    refused = BadInput("This address does not take this kind of request. See the API description.")
    refused.status = status  # a 405 stays one
    return answer(request, refused)


def _invalid(request: Request, error: Exception) -> Response:
    if not request.url.path.startswith("/api/"):
        return answer(request, NotFound())  # a page's address that cannot be one of ours
    found = error.errors() if isinstance(error, RequestValidationError) else []
    fields = sorted({".".join(str(part) for part in one["loc"][1:]) for one in found})
    refused = BadInput(f"Not understood: {', '.join(fields) or 'the request'}. See the API description.")
    return JSONResponse({"error": refused.code, "message": refused.message, "fields": fields}, refused.status)


def _database(request: Request, error: Exception) -> Response:
    """A value the database cannot hold is the caller's; a database that is away comes back."""
    if isinstance(error, DataError):
        return answer(request, BadInput("A value cannot be stored. Leave out control characters and huge numbers."))
    log.error("database: %s", type(error).__name__, exc_info=not isinstance(error, OperationalError))
    return answer(request, Unavailable("The database is not available right now. Try again in a moment."))
