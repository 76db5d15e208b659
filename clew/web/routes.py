"""Every door of the web, one line each."""

from fastapi import APIRouter

from clew.web.api import accounts, cases, exhibits, oversight, sharing, uploads

API = APIRouter(prefix="/api/v1")
for _part in (accounts, cases, exhibits, sharing, uploads, oversight):
    API.include_router(_part.router)
