"""P9: the life of a message."""

from tests.conftest import NOW, Simulator


async def test_a_message_is_unsent_then_sending_then_final_at_the_due_moments(sim: Simulator):
    """P9.1"""
    (id,) = await sim.submit()

    states = [await sim.state(id)]
    for seconds in (9.9, 0.1, 19.9, 0.1):
        await sim.advance(seconds)
        states.append(await sim.state(id))

    assert states == [1, 1, 2, 2, 0]
    (message,) = await sim.messages()
    assert message["transitions"] == [
        {"state": 1, "at": "2026-01-01T12:00:00.000000+08:00"},
        {"state": 2, "at": "2026-01-01T12:00:10.000000+08:00"},
        {"state": 0, "at": "2026-01-01T12:00:30.000000+08:00"},
    ]
    assert NOW == 20260101120000
