"""Figures for Prometheus (C4), read as Prometheus reads them."""

import asyncio
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from eims_sim.protocol.codes import STATES
from tests.conftest import DEMO, Receiver, Simulator, Start, with_callback


async def figures(sim: Simulator) -> dict[str, Any]:
    """Every sample by its name and labels, as they stand in the text: `name{label="value"}`."""
    answer = await sim.control("GET", "metrics")
    assert answer.http_status == 200, answer.text
    families = text_string_to_metric_families(answer.text)
    return {
        f"{sample.name}{{{','.join(f'{name}={value}' for name, value in sorted(sample.labels.items()))}}}": sample.value
        for family in families
        for sample in family.samples
    }


def by(label: str, name: str, found: dict[str, Any]) -> dict[str, float]:
    """The samples of a family with one label, those that are not 0."""
    start = f"{name}{{{label}="
    return {key.removeprefix(start)[:-1]: value for key, value in found.items() if key.startswith(start) and value}


async def test_the_text_is_in_prometheus_format(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}

    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert {name: family.type for name, family in families.items()} == {
        "eims_sim_build_info": "gauge",
        "eims_sim_requests": "counter",
        "eims_sim_request_duration_seconds": "histogram",
        "eims_sim_messages": "gauge",
        "eims_sim_push_attempts": "counter",
        "eims_sim_pushes": "gauge",
        "eims_sim_queue_depth": "gauge",
    }
    assert all(family.documentation for family in families.values())


async def test_requests_are_counted_by_endpoint_and_status(sim: Simulator):
    """C4: paths that clients make up count as one; calls of the control API do not count"""
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", DEMO)
    await sim.get("getbalance", {"account": "demo", "password": "wrong"})
    await sim.get("nowhere", DEMO)
    await sim.get("elsewhere", DEMO)
    await sim.control("GET", "health")

    found = await figures(sim)

    assert {key: value for key, value in found.items() if key.startswith("eims_sim_requests_total")} == {
        "eims_sim_requests_total{endpoint=getbalance,http_status=200,status=0}": 2,
        "eims_sim_requests_total{endpoint=getbalance,http_status=200,status=-1}": 1,
        "eims_sim_requests_total{endpoint=other,http_status=404,status=none}": 2,
    }


async def test_how_long_requests_took_is_a_histogram(sim: Simulator):
    """C4: buckets are cumulative, the last holds all"""
    for _ in range(3):
        await sim.get("getbalance", DEMO)

    found = await figures(sim)

    name = "eims_sim_request_duration_seconds"
    buckets = [value for key, value in found.items() if key.startswith(f"{name}_bucket{{endpoint=getbalance")]
    assert buckets == sorted(buckets)
    assert found[f"{name}_bucket{{endpoint=getbalance,le=+Inf}}"] == 3
    assert found[f"{name}_count{{endpoint=getbalance}}"] == 3
    assert 0 < found[f"{name}_sum{{endpoint=getbalance}}"] < 30


async def test_messages_are_counted_by_state(sim: Simulator):
    """C4, P9.1: every state is shown, also one that nobody is in"""
    await sim.submit("13800000000,13800000001,13800001005")
    accepted = await figures(sim)
    await sim.advance(10)
    await sim.submit("13800009001")
    moving = await figures(sim)
    await sim.advance(20)
    final = await figures(sim)

    assert by("state", "eims_sim_messages", accepted) == {"1": 3}
    assert by("state", "eims_sim_messages", moving) == {"1": 1, "2": 3}
    assert by("state", "eims_sim_messages", final) == {"0": 2, "1": 1, "1005": 1}
    assert {key for key in final if key.startswith("eims_sim_messages{")} == {
        f"eims_sim_messages{{state={state}}}" for state in STATES
    }


async def test_attempts_and_pushes_are_counted_by_what_came_of_them(start: Start, receiver: Receiver):
    """C4, P8.3"""
    sim = await start(with_callback(receiver.url))
    receiver.answers = [500]
    await sim.submit("13800000000", account="pushed")

    await sim.advance(30.5)
    refused = await figures(sim)
    await sim.advance(60)
    taken = await figures(sim)

    assert by("outcome", "eims_sim_push_attempts_total", refused) == {"500": 1}
    assert by("state", "eims_sim_pushes", refused) == {"retrying": 1}
    assert by("outcome", "eims_sim_push_attempts_total", taken) == {"500": 1, "200": 1}
    assert by("state", "eims_sim_pushes", taken) == {"delivered": 1}


async def test_an_attempt_without_an_answer_is_an_error(start: Start):
    """C4"""
    sim = await start(with_callback("http://127.0.0.1:9/"))
    await sim.submit(account="pushed")
    await sim.advance(30.5)

    assert by("outcome", "eims_sim_push_attempts_total", await figures(sim)) == {"error": 1}


async def test_reports_that_gather_wait_in_the_outbox(start: Start, receiver: Receiver):
    """C4: queue depths"""
    sim = await start(with_callback(receiver.url), environment={"EIMS_SIM_PUSH_INTERVAL_SECONDS": "3600"})
    await sim.submit("13800000000,13800000001", account="pushed")
    await sim.control("PUT", "clock", {"mode": "frozen", "now": "2026-01-01T12:00:31+08:00"})

    gathering = await figures(sim)
    await sim.advance(0)

    assert gathering["eims_sim_queue_depth{queue=outbox}"] == 2
    assert (await figures(sim))["eims_sim_queue_depth{queue=outbox}"] == 0


async def test_who_waits_is_counted(sim: Simulator):
    """C4: long polls"""
    waiting = asyncio.create_task(sim.control("GET", "messages?wait=30"))
    while not (await figures(sim))["eims_sim_queue_depth{queue=long_polls}"]:
        assert not waiting.done()

    await sim.submit()
    answered = await waiting

    assert answered.json()["complete"] is True
    assert (await figures(sim))["eims_sim_queue_depth{queue=long_polls}"] == 0


async def test_who_listens_is_counted(sim: Simulator):
    """C4: events"""
    async with sim.session.get(f"{sim.url}/_sim/events"):
        listening = await figures(sim)

    assert listening["eims_sim_queue_depth{queue=listeners}"] == 1


async def test_a_request_that_a_fault_holds_up_is_counted(sim: Simulator):
    """C3, C4"""
    await sim.control("POST", "faults", {"endpoint": "getbalance", "delay_seconds": 30})
    waiting = asyncio.create_task(sim.get("getbalance", DEMO))
    while not (await figures(sim))["eims_sim_queue_depth{queue=held}"]:
        assert not waiting.done()

    await sim.control("POST", "reset")
    await waiting

    assert (await figures(sim))["eims_sim_queue_depth{queue=held}"] == 0


async def test_a_reset_leaves_the_counters_alone(sim: Simulator):
    """C4: coverage, findings and metrics stay"""
    await sim.submit()
    await sim.control("POST", "reset")

    found = await figures(sim)

    assert found["eims_sim_requests_total{endpoint=sendsms,http_status=200,status=0}"] == 1
    assert by("state", "eims_sim_messages", found) == {}


@pytest.mark.parametrize("name", ["demo", "pushed", "13800000000"])
async def test_no_account_and_no_number_is_a_label(start: Start, receiver: Receiver, name):
    """C4: figures tell how much, not who"""
    sim = await start(with_callback(receiver.url))
    await sim.submit(account="pushed")
    await sim.get("getbalance", DEMO)
    await sim.advance(60)

    assert name not in (await sim.control("GET", "metrics")).text
