"""Policies that are allowed, and how they read in words."""

import datetime
import uuid

import pytest

from clew.domain.cases.model import Policy, Reason
from clew.domain.cases.rules import LONGEST, check_policy, first_expiry, in_words
from clew.kernel.errors import BadInput
from clew.kernel.ids import OfficerId

TODAY = datetime.date(2026, 3, 1)
TOMORROW = TODAY + datetime.timedelta(1)
ANNA = OfficerId(uuid.uuid4())


@pytest.mark.parametrize("policy", [
    Policy(expires=TOMORROW), Policy(expires=TODAY + LONGEST),
    Policy("listed", (ANNA,), "listed", ("XB", "XC-VIU"), ("XD",), "owner-first", expires=TOMORROW),
    Policy(audience_kind="network", deny=("XB",), expires=TOMORROW)])
def test_allowed(policy: Policy) -> None:
    check_policy(policy, TODAY)


@pytest.mark.parametrize(("policy", "said"), [
    (Policy(), "day after today"), (Policy(expires=TODAY), "day after today"),
    (Policy(expires=TODAY + LONGEST + datetime.timedelta(1)), "five years"),
    (Policy(team_kind="listed", expires=TOMORROW), "at least one officer"),
    (Policy(team=(ANNA,), expires=TOMORROW), "only with the team"),
    (Policy(audience_kind="listed", expires=TOMORROW), "at least one agency"),
    (Policy(audience=("XB",), expires=TOMORROW), "only with the audience"),
    (Policy(audience_kind="listed", audience=("XB", "XC"), deny=("XC",), expires=TOMORROW), "Both in the audience")])
def test_refused(policy: Policy, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_policy(policy, TODAY)


def test_a_new_case_lasts_as_long_as_is_allowed() -> None:
    check_policy(Policy(expires=first_expiry(TODAY)), TODAY)
    with pytest.raises(BadInput):
        check_policy(Policy(expires=first_expiry(TODAY) + datetime.timedelta(1)), TODAY)


def test_in_words_most_knowing_first() -> None:
    policy = Policy("listed", (ANNA,), "listed", ("XB",), ("XC",), "owner-first", expires=TOMORROW)
    assert in_words(policy, "Unit A", ("Anna",)) == (
        Reason("team-listed", ("Anna",)), Reason("colleagues-contact", ("Unit A",)), Reason("audience-listed", ("XB",)),
        Reason("denied", ("XC",)), Reason("hits-owner-first"), Reason("expires", ("2026-03-02",)))


@pytest.mark.parametrize(("policy", "messages"), [
    (Policy(), ["team-agency", "audience-own", "hits-contact"]),
    (Policy(audience_kind="network", expires=TOMORROW), ["team-agency", "audience-network", "expires"])])
def test_in_words_says_only_what_matters(policy: Policy, messages: list[str]) -> None:
    assert [one.message for one in in_words(policy, "Unit A", ())] == messages
