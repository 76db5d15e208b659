"""The only errors Clew raises on purpose: safe to show, and each says what to do next."""


class ClewError(Exception):
    """Something a person can act on; `message` holds no secret and no path of the server."""

    status = 400
    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(ClewError):
    """What was given cannot be used; the message says what would be accepted."""

    code = "bad_input"


class NotLoggedIn(ClewError):
    """Nobody is logged in, or the session has ended."""

    status = 401
    code = "not_logged_in"


class NotYourRole(ClewError):
    """The officer's role lacks the right, whatever the object; says nothing about any object."""

    status = 403
    code = "not_your_role"


class NotFound(ClewError):
    """Missing or out of sight: the two look the same, so the message is always the same."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("Not found. Check the reference, or ask the owner whether you may know it.")


class Conflict(ClewError):
    """The state has moved on; reload and try again."""

    status = 409
    code = "conflict"


class Taken(Conflict):
    """A name is taken by what the asker may not know of: written down, because each such answer tells something."""


class Refused(ClewError):
    """A guard said no to this input or act; the message gives the reason and the remedy."""

    status = 422
    code = "refused"


class TooMany(ClewError):
    """A limit on tries, searches or reveals is reached; the message says when to come back."""

    status = 429
    code = "too_many"


class Unavailable(ClewError):
    """A part the act needs is off or broken on this node; nothing was changed."""

    status = 503
    code = "unavailable"


class Damaged(Unavailable):
    """Stored content is missing or fails its own checks; `clew check` names it, the backup restores it."""

    code = "damaged"
