"""How each code arises: every status has its request, every report code its number (P2, P9.3)."""

import json

import pytest
from pydantic import TypeAdapter

from eims_sim.domain.accounts import AccountSettings
from eims_sim.domain.arising import ACCOUNTS, number_for, request_for, rule_for
from eims_sim.domain.rules import RuleSettings, magic_outcome
from eims_sim.protocol.causes import ARISES, arises
from eims_sim.protocol.codes import ReportCode, Status
from eims_sim.protocol.curl import query_of, values
from eims_sim.protocol.limits import REQUEST_LINE_BYTES


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_request_and_what_makes_it_arise_in_both_languages(status):
    request = request_for(status)

    assert request.account in ACCOUNTS
    assert request.endpoint in ("getbalance", "sendsms")
    assert ARISES[status].en.isascii()
    assert not ARISES[status].zh.isascii()


@pytest.mark.parametrize("code", ReportCode)
def test_every_report_code_has_a_number_a_rule_and_what_makes_it_arise(code):
    rule = TypeAdapter(RuleSettings).validate_json(json.dumps(rule_for("demo", number_for(code), int(code))))

    assert rule.outcome == code
    assert magic_outcome(number_for(code)) == (int(code) or None)
    assert str(int(code)) in arises(code).en or code is ReportCode.SUCCESS
    assert not arises(code).zh.isascii()


@pytest.mark.parametrize("settings", ACCOUNTS.values(), ids=list(ACCOUNTS))
def test_every_account_can_be_made(settings):
    account = TypeAdapter(AccountSettings).validate_json(json.dumps({"account": "a", "password": "p", **settings}))

    assert account.price > 0


@pytest.mark.parametrize("limit", [1, 1024, 40_000, 1_000_000])
def test_a_content_is_too_long_for_whatever_the_gateway_takes_and_fits_into_a_request(limit):
    request = request_for(Status.CONTENT_TOO_LONG, limit)

    assert len(values(request.more)["content"]) == limit + 1
    assert request.post or len(query_of(request.more)) < REQUEST_LINE_BYTES


def test_credentials_come_first_and_may_be_spoiled():
    request = request_for(Status.AUTHENTICATION)

    assert request.parameters({"account": "a", "password": "p"}) == {"account": "a", "password": "wrong"}
