"""Headers of every answer: strict content policy, no caching of anything personal, no sniffing."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
           "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; "
           "base-uri 'none'; frame-ancestors 'none'")
_ALWAYS = [
    (b"content-security-policy", _POLICY.encode()), (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"), (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"), (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_PRIVATE = (b"cache-control", b"private, no-store")
_TLS = (b"strict-transport-security", b"max-age=31536000")


class SafeHeaders:
    """Adds the headers to every answer of the application it wraps."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self.app, self.tls = app, tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers when the answer starts."""
        static = scope["type"] == "http" and scope["path"].startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_ALWAYS, *([] if static else [_PRIVATE]),
                                      *([_TLS] if self.tls else [])]
            await send(message)

        await self.app(scope, receive, with_headers)
