"""Rules and faults that are switched off and on, and presets of them (C3, C4)."""

from typing import Any

import pytest

from eims_sim.domain.faults import FaultSettings
from eims_sim.domain.presets import PRESETS
from eims_sim.domain.rules import RuleSettings
from eims_sim.web.control.operation import adapter
from tests.conftest import DEMO, GOOD, Receiver, Simulator, Start, with_callback

OFF = """
[[rules]]
number = {suffix = "8"}
outcome = 1002
enabled = false

[[faults]]
endpoint = "getbalance"
status = -12
enabled = false
"""


async def one(sim: Simulator, path: str) -> dict[str, Any]:
    answer = await sim.control("GET", path)
    assert answer.http_status == 200, answer.text
    return answer.json()


async def make(sim: Simulator, path: str, **settings: Any) -> dict[str, Any]:
    answer = await sim.control("POST", path, settings)
    assert answer.http_status == 201, answer.text
    return answer.json()


async def switch(sim: Simulator, path: str, on: bool) -> dict[str, Any]:
    answer = await sim.control("PATCH", path, {"enabled": on})
    assert answer.http_status == 200, answer.text
    return answer.json()


async def ends(sim: Simulator, *numbers: str) -> list[int]:
    ids = await sim.submit(",".join(numbers))
    await sim.advance(30)
    return [await sim.state(id) for id in ids]


async def test_a_rule_that_is_off_decides_nothing_and_goes_on_counting_when_it_is_on_again(sim: Simulator):
    """C4: the switch keeps id, place and what is used up of `times`; `enabled` is shown only where it is false"""
    made = await make(sim, "rules", outcome=1001, times=2)
    await make(sim, "rules", outcome=1002, number={"suffix": "5"})
    assert await ends(sim, "13800000005") == [1001]

    off = await switch(sim, f"rules/{made['id']}", False)
    assert off == made | {"enabled": False, "applied": 1}
    assert await ends(sim, "13800000005", "13800000006") == [1002, 0]

    on = await switch(sim, f"rules/{made['id']}", True)
    assert on == made | {"applied": 1}
    assert await ends(sim, "13800000005", "13800000005") == [1001, 1002]
    assert (await one(sim, f"rules/{made['id']}"))["applied"] == 2


async def test_a_fault_that_is_off_strikes_nobody_and_goes_on_counting_when_it_is_on_again(sim: Simulator):
    """C4: as a rule"""
    made = await make(sim, "faults", endpoint="getbalance", status=-12, times=2)
    await make(sim, "faults", endpoint="getbalance", status=-10)
    seen = [(await sim.get("getbalance", DEMO)).status]

    off = await switch(sim, f"faults/{made['id']}", False)
    seen.append((await sim.get("getbalance", DEMO)).status)
    await switch(sim, f"faults/{made['id']}", True)
    seen += [(await sim.get("getbalance", DEMO)).status for _ in range(2)]

    assert off == made | {"enabled": False, "applied": 1}
    assert seen == [-12, -10, -12, -10]


@pytest.mark.parametrize("kind", ["rules", "faults"])
async def test_a_switch_says_what_is_wrong_with_it(sim: Simulator, kind: str):
    """C4: 422 with every violation, 404 for what is not there"""
    settings = {"rules": {"outcome": 0}, "faults": {"endpoint": "*", "status": -12}}[kind]
    id = (await make(sim, kind, **settings))["id"]

    odd = await sim.control("PATCH", f"{kind}/{id}", {"enabled": "no", "times": 3})
    nothing = await sim.control("PATCH", f"{kind}/{id}", {})
    nobody = await sim.control("PATCH", f"{kind}/{id + 1}", {"enabled": True})

    assert odd.http_status == 422
    assert {error["pointer"] for error in odd.json()["errors"]} == {"/enabled", "/times"}
    assert [error["pointer"] for error in nothing.json()["errors"]] == ["/enabled"]
    assert (nobody.http_status, nobody.json()["detail"]) == (404, f"there is no {kind[:-1]} {id + 1}")


async def test_what_is_made_or_replaced_off_is_off(sim: Simulator):
    """C3, C4: `enabled` in POST and PUT; PUT without it is on"""
    made = await make(sim, "rules", outcome=1001, enabled=False)
    assert made["enabled"] is False
    assert await ends(sim, "13800000000") == [0]

    replaced = (await sim.control("PUT", f"rules/{made['id']}", {"outcome": 1001})).json()
    assert "enabled" not in replaced
    assert await ends(sim, "13800000000") == [1001]


async def test_the_file_switches_too_and_a_reload_makes_its_own_switch_count_again(start: Start):
    """C3: the file's settings replace those stored; what was only switched keeps its id and its count"""
    sim = await start(OFF)
    assert await ends(sim, "13800000008") == [0]
    assert (await sim.get("getbalance", DEMO)).status == 0
    await switch(sim, "rules/2", True)
    await switch(sim, "faults/1", True)
    assert await ends(sim, "13800000008") == [1002]
    assert (await sim.get("getbalance", DEMO)).status == -12

    assert (await sim.control("POST", "reload")).http_status == 200

    assert (await one(sim, "rules/2"))["enabled"] is (await one(sim, "faults/1"))["enabled"] is False
    assert [(await one(sim, path))["applied"] for path in ("rules/2", "faults/1")] == [1, 1]
    assert await ends(sim, "13800000008") == [0]


async def test_a_switch_survives_a_restart_and_the_way_through_a_state_and_a_reset_forgets_it(start: Start):
    """C4: durable; state out and in"""
    sim = await start()
    await make(sim, "rules", outcome=1001)
    await make(sim, "faults", endpoint="getbalance", status=-12)
    await switch(sim, "rules/2", False)
    await switch(sim, "faults/1", False)
    state = (await one(sim, "state?secrets=true")) | {"submits": []}
    await sim.server.stop()

    again = await start()
    kept = [(await one(again, path)).get("enabled") for path in ("rules/1", "rules/2", "faults/1")]
    assert kept == [None, False, False]
    assert (await again.get("getbalance", DEMO)).status == 0
    await switch(again, "rules/2", True)
    await switch(again, "faults/1", True)
    assert (await again.control("PUT", "state", state)).http_status == 204

    assert await ends(again, "13800000000") == [0]
    assert (await again.get("getbalance", DEMO)).status == 0
    assert [rule.get("enabled", True) for rule in state["rules"]] == [True, False]
    await switch(again, "rules/1", False)
    await again.control("POST", "reset")
    assert "enabled" not in await one(again, "rules/1")


async def test_a_push_that_a_fault_struck_is_as_it_should_be_once_the_fault_is_off(start: Start, receiver: Receiver):
    """C3: a batch is struck while the fault is there and on"""
    sim = await start(with_callback(receiver.url))
    fault = await make(sim, "faults", endpoint="push", reports="duplicate", times=1)
    receiver.answers = [500]
    await sim.submit(account="pushed")
    await sim.advance(30.3)
    assert len(receiver.bodies) == 1

    await switch(sim, f"faults/{fault['id']}", False)
    await sim.advance(600)

    assert len(receiver.bodies) == 2
    assert (await sim.pushes())[0]["state"] == "delivered"


async def presets(sim: Simulator) -> dict[str, dict[str, Any]]:
    return {preset["name"]: preset for preset in (await one(sim, "presets"))["items"]}


async def turn(sim: Simulator, name: str, on: bool) -> dict[str, Any]:
    answer = await sim.control("PUT", f"presets/{name}", {"on": on})
    assert answer.http_status == 200, answer.text
    return answer.json()


async def test_a_preset_is_switched_on_strikes_is_counted_and_leaves_nothing_behind(sim: Simulator):
    """C4: presets"""
    assert [preset["on"] for preset in (await presets(sim)).values()] == [False] * len(PRESETS)
    mine = await make(sim, "rules", account="demo", outcome=0, number={"exact": "13800000001"})

    refuses = await turn(sim, "carrier-refuses", True)
    broke = await turn(sim, "balance-runs-out", True)
    assert (refuses["on"], refuses["applied"], broke["faults"][0]["status"]) == (True, 0, -10)
    assert (await sim.get("sendsms", DEMO | {"numbers": "1", "content": "x"})).status == -10
    await turn(sim, "balance-runs-out", False)
    assert await ends(sim, "13800000001", "13800000002") == [0, 1005]

    now = await presets(sim)
    assert [(name, one["applied"]) for name, one in now.items() if one["on"]] == [("carrier-refuses", 1)]
    assert (await turn(sim, "carrier-refuses", True))["applied"] == 1
    assert len((await one(sim, "rules"))["items"]) == 3
    assert await turn(sim, "carrier-refuses", False) == refuses | {"on": False}
    assert [rule["id"] for rule in (await one(sim, "rules"))["items"]] == [1, mine["id"]]
    assert (await one(sim, "faults"))["total"] == 0


async def test_a_preset_is_on_only_while_all_of_it_is_there_and_on(sim: Simulator):
    """C4: what has its settings is its own, whoever made it"""
    first, second = (await presets(sim))["outage"]["faults"]
    made = await make(sim, "faults", **first)
    assert not (await presets(sim))["outage"]["on"]
    await make(sim, "faults", **second)
    assert (await presets(sim))["outage"]["on"]

    await switch(sim, f"faults/{made['id']}", False)
    assert not (await presets(sim))["outage"]["on"]
    assert (await turn(sim, "outage", True))["on"]
    assert [fault["id"] for fault in (await one(sim, "faults"))["items"]] == [1, 2]
    await switch(sim, f"faults/{made['id']}", False)
    await turn(sim, "outage", False)

    assert (await one(sim, "faults"))["items"] == []


async def test_what_is_switched_on_is_what_happens(start: Start):
    """C4: presets stand before the file's and the operator's own, the newest first; a state and a restart keep that"""
    own = '[[faults]]\nendpoint = "*"\nstatus = -12\n[[rules]]\noutcome = 1002\n'
    sim, other = await start(own), await start(database="other.db")
    await make(sim, "faults", endpoint="sendsms", status=-13)

    assert (await sim.get("sendsms", GOOD)).status == -12
    await turn(sim, "outage", True)
    await turn(sim, "balance-runs-out", True)
    assert (await sim.get("sendsms", GOOD)).status == -10
    await turn(sim, "carrier-refuses", True)
    looked_at = (await sim.control("GET", "faults?order=precedence&limit=2")).json()
    assert [one["status"] for one in looked_at["items"]] == [-10, None]
    rest = (await sim.control("GET", f"faults?order=precedence&after={looked_at['next']}")).json()["items"]
    assert [(one["connection"], one["status"]) for one in rest] == [("close", None), (None, -12), (None, -13)]

    state = await sim.control("GET", "state?secrets=true")
    answer = await other.control("PUT", "state", state.json())
    assert answer.http_status == 204, answer.text
    await sim.server.stop()
    for copy in (other, await start(own)):
        assert (await copy.get("sendsms", GOOD)).status == -10
        await turn(copy, "balance-runs-out", False)
        await turn(copy, "outage", False)
        assert (await copy.get("sendsms", GOOD)).status == -12
        await copy.control("DELETE", "faults")
        assert await ends(copy, "13800000001") == [1005]


async def test_a_preset_that_nobody_knows_is_not_there(sim: Simulator):
    """C4: 404 that names those that there are"""
    answer = await sim.control("PUT", "presets/storm", {"on": True})

    assert answer.http_status == 404
    assert "there is no preset 'storm'; there are balance-runs-out, carrier-refuses" in answer.json()["detail"]


def test_every_preset_could_be_written_by_hand_and_shares_nothing_with_another():
    """C3: what they are made of is valid; switching one off never takes a part of another"""
    rules = [settings for preset in PRESETS for settings in preset.rules]
    faults = [settings for preset in PRESETS for settings in preset.faults]

    for kind, every in ((RuleSettings, rules), (FaultSettings, faults)):
        written = [adapter(kind).dump_json(settings) for settings in every]
        assert [adapter(kind).validate_json(text) for text in written] == every
        assert len(set(written)) == len(written)
