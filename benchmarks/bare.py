"""The peer of the guarded read: FastAPI on granian that looks a session up, reads one row, notes an event, commits.

No policy, no verbs, no second wall, no commitment: what is left when everything Clew guards with is taken away.
Reads the database's address from the file named in BARE_DSN_FILE.
"""

import os
import uuid
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Header, HTTPException
from psycopg_pool import ConnectionPool

TABLES = """
    CREATE TABLE sessions (token text PRIMARY KEY, officer uuid NOT NULL);
    CREATE TABLE things (id uuid PRIMARY KEY, owner uuid NOT NULL, title text NOT NULL);
    CREATE TABLE events (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), officer uuid, subject text)"""


def create_app() -> FastAPI:
    pool = ConnectionPool(Path(os.environ["BARE_DSN_FILE"]).read_text(), min_size=8, max_size=8, open=False)

    @asynccontextmanager
    async def life(_: FastAPI) -> Any:
        pool.open()
        yield
        pool.close()

    app = FastAPI(lifespan=life)

    @app.get("/things/{thing}")
    def get_thing(thing: uuid.UUID, authorization: str = Header()) -> dict[str, Any]:
        with pool.connection() as conn:
            officer = conn.execute("SELECT officer FROM sessions WHERE token = %s", [authorization[7:]]).fetchone()
            row = conn.execute("SELECT id, owner, title FROM things WHERE id = %s", [thing]).fetchone()
            if officer is None or row is None:
                raise HTTPException(404)
            conn.execute("INSERT INTO events (id, officer, subject) VALUES (%s, %s, %s)",
                         [uuid.uuid4(), officer[0], f"thing:{thing}"])
        return {"id": row[0], "owner": row[1], "title": row[2]}

    return app
