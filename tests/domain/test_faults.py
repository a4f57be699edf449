"""Which fault strikes (C3)."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from eims_sim.domain.delays import Fixed, Uniform
from eims_sim.domain.faults import PUSH, Fault, FaultSettings, Strike, choose, shuffled, stranger
from eims_sim.protocol.codes import Status
from eims_sim.protocol.notation import SECOND

READER = TypeAdapter(FaultSettings)

REQUESTS = ("getbalance", "sendsms", "getreport", "getsms")

EFFECTS = {
    "status": -12,
    "http_status": 503,
    "connection": "reset",
    "body": "malformed",
    "body_text": "{}",
    "repeat_inbound": True,
    "report_first": True,
    "reports": "drop",
}
HOMES = {"repeat_inbound": ("getsms",), "report_first": ("sendsms",), "reports": (PUSH,)}


def settings(**fields: object) -> FaultSettings:
    return READER.validate_json(json.dumps({"endpoint": "sendsms"} | fields))


def fault(id: int = 1, **fields: object) -> Fault:
    """A fault as the configuration writes it; it delays sendsms unless said otherwise."""
    return Fault(id, settings(**({"delay_seconds": 0} | fields)))


def refusal(**fields: object) -> str:
    with pytest.raises(ValidationError) as caught:
        settings(**fields)
    (error,) = caught.value.errors()
    return error["msg"].removeprefix("Value error, ")


def struck(*faults: Fault, endpoint: str = "sendsms", account: str | None = "demo", seed: int = 1) -> int | None:
    """The id of the fault that strikes a first request."""
    strike = choose(faults, endpoint, account, {}, {}, seed)
    return None if strike is None else strike.fault.id


def strikes(*faults: Fault, requests: int, seed: int = 1) -> list[int | None]:
    """Which fault strikes each of so many requests, one after the other."""
    met: dict[int, int] = {}
    applied: dict[int, int] = {}
    found = [choose(faults, "sendsms", "demo", met, applied, seed) for _ in range(requests)]
    return [None if one is None else one.fault.id for one in found]


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("endpoint", [*REQUESTS, "*", PUSH])
def test_an_endpoint_takes_the_effects_that_it_can_have_and_no_other(endpoint, effect):
    """C3"""
    fields = {"endpoint": endpoint, effect: EFFECTS[effect]}

    if endpoint in HOMES.get(effect, (*REQUESTS, "*")):
        assert getattr(settings(**fields), effect) == EFFECTS[effect]
    else:
        assert effect in refusal(**fields)


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_delay_goes_with_every_effect(effect):
    """C3: alone or with one effect"""
    endpoint = HOMES.get(effect, ("sendsms",))[0]

    found = settings(endpoint=endpoint, delay_seconds={"uniform": [0.1, 0.2]}, **{effect: EFFECTS[effect]})

    assert found.delay_seconds == Uniform(0.1, 0.2)


def test_a_delay_alone_is_a_fault():
    """C3"""
    assert settings(delay_seconds=0.2).delay_seconds == Fixed(0.2)


def test_what_a_fault_is_when_nothing_else_is_said():
    """C3"""
    found = settings(status=-12)

    assert (found.account, found.probability, found.times, found.after) == (None, 1.0, 0, False)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "a fault does something: it needs delay_seconds or an effect, one of status, http_status, connection"),
        ({"repeat_inbound": False}, "a fault does something"),
        ({"status": -12, "body": "empty"}, "a fault has at most one effect, and status and body are 2"),
        ({"body": "empty", "body_text": ""}, "a fault has at most one effect, and body and body_text are 2"),
        ({"repeat_inbound": True}, 'repeat_inbound needs endpoint = "getsms"'),
        ({"endpoint": "*", "report_first": True}, 'report_first needs endpoint = "sendsms"'),
        ({"endpoint": "*", "reports": "drop"}, 'reports needs endpoint = "push"'),
        ({"endpoint": PUSH, "status": -12}, "status is for requests; a push takes delay_seconds and reports"),
        ({"endpoint": PUSH, "delay_seconds": 1, "after": True}, "after = true is for requests"),
        ({"status": -12, "after": True}, "after = true does not go with status, which answers without processing"),
        ({"status": -12, "delay_seconds": 1, "after": True}, "after = true does not go with status"),
        ({"body": "slow", "after": True}, "after = true needs delay_seconds, http_status or connection"),
    ],
)
def test_an_impossible_combination_is_refused_by_the_names_of_its_keys(fields, says):
    """C3: an impossible value"""
    assert refusal(**fields).startswith(says)


def test_every_contradiction_is_told_at_once():
    """C3"""
    said = refusal(endpoint=PUSH, status=-1, body="slow", after=True)

    assert [part.partition(" ")[0] for part in said.split("; ")][:2] == ["a", "write"]
    assert "status is for requests" in said
    assert "body is for requests" in said
    assert "after = true is for requests" in said


@pytest.mark.parametrize(
    "fields",
    [
        {"endpoint": "sendSms", "status": -1},
        {"endpoint": "", "status": -1},
        {"status": 0},
        {"status": -14},
        {"status": "-12"},
        {"http_status": 100},
        {"http_status": 199},
        {"http_status": 600},
        {"connection": "Reset"},
        {"body": "html"},
        {"body_text": 1},
        {"endpoint": PUSH, "reports": "lose"},
        {"delay_seconds": -1},
        {"delay_seconds": 1, "probability": 1.1},
        {"delay_seconds": 1, "times": -1},
        {"delay_seconds": 1, "account": ""},
        {"delay_seconds": 1, "number": "1"},
    ],
)
def test_a_value_out_of_bounds_is_refused(fields):
    """C3"""
    with pytest.raises(ValidationError):
        settings(**fields)


@pytest.mark.parametrize("status", [status for status in Status if status])
def test_every_negative_status_can_be_answered(status):
    """P2: any status can be forced on any endpoint"""
    assert fault(status=int(status)).status is status


@pytest.mark.parametrize("fields", [{"delay_seconds": 0.1, "after": True}, {"connection": "close", "after": True}])
def test_after_goes_with_a_delay_and_with_what_gives_no_answer(fields):
    """C3"""
    assert settings(**fields).after


def test_settings_survive_being_written_and_read():
    """C3"""
    found = settings(delay_seconds={"lognormal": {"median": 1, "sigma": 0.5}}, http_status=503, after=True, times=3)

    assert READER.validate_json(READER.dump_json(found)) == found


# --- which one strikes --------------------------------------------------------------------------------------------


def test_without_faults_nothing_strikes():
    """C3"""
    assert struck() is None


@pytest.mark.parametrize(
    ("endpoint", "account", "meets"),
    [
        ("sendsms", None, True),
        ("sendsms", "demo", True),
        ("sendsms", "Demo", False),
        ("getsms", None, False),
        ("*", None, True),
        ("*", "demo", True),
        ("*", "other", False),
        (PUSH, None, False),
    ],
)
def test_a_fault_strikes_when_its_conditions_hold(endpoint, account, meets):
    """C3"""
    assert (struck(fault(endpoint=endpoint, account=account)) is not None) is meets


def test_a_fault_for_everything_never_means_a_push():
    """C3: on reports: push (never meant by *)"""
    assert struck(fault(1, endpoint="*"), endpoint=PUSH) is None
    assert struck(fault(1, endpoint="*"), fault(2, endpoint=PUSH), endpoint=PUSH) == 2


def test_a_fault_of_an_account_does_not_strike_who_sends_none():
    """C3: the name as sent"""
    assert struck(fault(account="demo"), account=None) is None
    assert struck(fault(), account=None) == 1


def test_the_first_that_matches_strikes():
    """C3: in list order"""
    assert struck(fault(9, account="other"), fault(5), fault(1)) == 5


def test_a_fault_strikes_its_times_and_then_gives_way():
    """C3"""
    assert strikes(fault(1, times=2), fault(2, times=1), requests=5) == [1, 1, 2, None, None]


def test_a_fault_without_times_never_ends():
    """C3: 0: no limit"""
    assert strikes(fault(1), requests=100) == [1] * 100


def test_what_strikes_is_counted():
    """C4: applied"""
    met: dict[int, int] = {}
    applied = {1: 4}

    choose([fault(1, times=5), fault(2)], "sendsms", "demo", met, applied, 1)
    choose([fault(1, times=5), fault(2)], "sendsms", "demo", met, applied, 1)

    assert applied == {1: 5, 2: 1}


def test_chance_follows_its_probability():
    """C3"""
    found = strikes(fault(1, probability=0.25), requests=2000)

    assert 430 < found.count(1) < 570


@pytest.mark.parametrize(("probability", "expected"), [(0, None), (1, 1)])
def test_never_and_always_are_meant_so(probability, expected):
    """C3"""
    assert set(strikes(fault(1, probability=probability), requests=200)) == {expected}


def test_chance_is_the_same_for_the_same_seed_and_another_for_another():
    """C3: drawn from the seed"""
    chancy = fault(1, probability=0.5)

    assert strikes(chancy, requests=50, seed=7) == strikes(chancy, requests=50, seed=7)
    assert strikes(chancy, requests=50, seed=7) != strikes(chancy, requests=50, seed=8)


def test_the_luck_of_a_fault_does_not_depend_on_what_it_does_not_meet():
    """C3: the same in every run, whatever others do at the same time"""
    chancy = fault(1, probability=0.5, account="demo")
    alone = strikes(chancy, requests=50)
    met: dict[int, int] = {}
    applied: dict[int, int] = {}

    beside: list[int | None] = []
    for _ in range(50):
        choose([chancy], "sendsms", "other", met, applied, 1)
        choose([chancy], "getsms", "demo", met, applied, 1)
        found = choose([chancy], "sendsms", "demo", met, applied, 1)
        beside.append(None if found is None else found.fault.id)

    assert beside == alone


def test_a_fault_whose_luck_fails_gives_way():
    """C3: first match wins"""
    assert set(strikes(fault(1, probability=0.5), fault(2), requests=50)) == {1, 2}


def test_two_faults_do_not_share_their_luck():
    """C3"""
    one = strikes(fault(1, probability=0.5), requests=50)
    two = strikes(fault(2, probability=0.5), requests=50)

    assert [bool(struck) for struck in one] != [bool(struck) for struck in two]


def test_a_delay_is_drawn_from_the_seed():
    """C3, P9.1"""
    slow = fault(1, delay_seconds={"uniform": [0.1, 0.2]})
    met: dict[int, int] = {}

    delays = [strike.delay for _ in range(50) if (strike := choose([slow], "sendsms", None, met, {}, 1))]

    assert len(set(delays)) > 40
    assert all(0.1 * SECOND <= delay <= 0.2 * SECOND for delay in delays)
    assert choose([slow], "sendsms", None, {}, {}, 1) == Strike(slow, delays[0])


@pytest.mark.parametrize(
    ("fields", "processes"),
    [
        ({"delay_seconds": 1}, True),
        ({"status": -12}, False),
        ({"http_status": 503}, False),
        ({"connection": "hang"}, False),
        ({"http_status": 503, "after": True}, True),
        ({"connection": "hang", "after": True}, True),
        ({"body": "empty"}, True),
        ({"body_text": "x"}, True),
        ({"report_first": True}, True),
    ],
)
def test_whether_the_request_is_processed_at_all(fields, processes):
    """C3"""
    assert Fault(1, settings(**fields)).processes is processes


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"delay_seconds": 1}, "fault 3: delayed"),
        ({"status": -12, "delay_seconds": 1}, "fault 3: delayed, status -12"),
        ({"http_status": 503}, "fault 3: HTTP 503"),
        ({"connection": "close", "after": True}, "fault 3: processed, then connection close"),
        ({"body": "slow"}, "fault 3: body slow"),
        ({"body_text": "secret"}, "fault 3: the text that it names"),
        ({"report_first": True}, "fault 3: report_first"),
        ({"endpoint": PUSH, "reports": "shuffle"}, "fault 3: reports shuffle"),
    ],
)
def test_a_fault_says_what_it_does(fields, words):
    """C5"""
    assert Fault(3, settings(**fields)).words() == words


# --- pushes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 50])
def test_shuffled_rows_are_all_there_and_in_another_order(count):
    """C3"""
    orders = [shuffled(count, push, 1) for push in range(1, 30)]

    assert all(sorted(order) == list(range(count)) for order in orders)
    assert list(range(count)) not in orders


def test_a_single_row_stays_where_it_is():
    """C3"""
    assert shuffled(1, 1, 1) == [0]


def test_a_push_is_always_shuffled_alike():
    """P8.3: a batch never changes once tried"""
    assert shuffled(50, 7, 1) == shuffled(50, 7, 1)
    assert shuffled(50, 7, 1) != shuffled(50, 8, 1)
    assert shuffled(50, 7, 1) != shuffled(50, 7, 2)


def test_the_id_of_nobody_is_far_beyond_those_of_messages_and_fits_32_bits():
    """C3"""
    ids = [stranger(push) for push in range(1, 1000)]

    assert len(set(ids)) == len(ids)
    assert all(2_000_000_000 < id < 2**31 for id in ids)
