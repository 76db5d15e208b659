"""The officer's own account: language, mode, and where he is logged in."""

import uuid

from fastapi import Request
from fastapi.responses import Response

from clew.domain.accounts import service
from clew.domain.accounts.model import Me
from clew.domain.exhibits import exposure
from clew.domain.exhibits.exposure import Exposure
from clew.kernel.ids import SessionId
from clew.web.pages.forms import OwnForm
from clew.web.pages.frame import LANGUAGE_COOKIE, go, visit
from clew.web.views import AccountView, Agency, ExposureView, SessionRow


def account_page(request: Request) -> Response:
    """Show the officer's own account."""
    with visit(request, "account") as v:
        me = service.get_me.within(v.work, v.viewer)
        sessions = service.list_sessions.within(v.work, v.viewer)
        rows = tuple(SessionRow(str(s.id), s.address, s.kind, s.made_at, s.seen_at, s.current) for s in sessions)
        seen = exposure.my_exposure.within(v.work, v.viewer)
        return v.page("accounts/account.html", _view(me, rows, seen))


def _view(me: Me, sessions: tuple[SessionRow, ...], seen: Exposure) -> AccountView:
    return AccountView(me.full_name, me.login, Agency(me.agency_code, me.country, me.agency_name), me.roles,
                       me.language, me.mode, sessions, ExposureView(
                           seen.today, seen.week, seen.seconds_today, seen.seconds_week, seen.limit))


def choose_language(form: OwnForm) -> Response:
    """Choose the language of the pages."""
    me = service.get_me(form.viewer)
    service.set_preferences(form.viewer, language=form["language"], mode=me.mode)
    answer = go("/account")
    answer.delete_cookie(LANGUAGE_COOKIE, path="/")  # the account's choice counts from now on
    return answer


def choose_mode(form: OwnForm) -> Response:
    """Choose how much the screen shows."""
    me = service.get_me(form.viewer)
    service.set_preferences(form.viewer, language=me.language, mode=form["mode"])
    return go("/account")


def end_session(form: OwnForm, session_id: uuid.UUID) -> Response:
    """End another session of one's own."""
    service.revoke_session(form.viewer, SessionId(session_id))
    return go("/account")
