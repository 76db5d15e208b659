"""Files of the browser's part. An address that carries the hash of its file may be kept for good."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent.parent / "static"


class Static(StaticFiles):
    """The static files of the pages; built ones may be missing until they are built."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; one asked for by its hash stays in the browser."""
        answer = await super().get_response(path, scope)
        hashed = scope["query_string"].startswith(b"v=") and answer.status_code in (200, 304)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return answer
