"""A practice in Berlin reminds its patients one hour before their appointment.

The gateway sends at the time that it is told, and `sendtime` has no zone: it is the gateway's time, that of Shanghai
unless the server is set otherwise. There it is later than in Berlin. Who writes Berlin's time names a moment that came
hours ago or comes hours too early; a time that is past means now. The tests stop the gateway's clock and move it.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from eims_sim.testing import Simulator

BERLIN, GATEWAY_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=BERLIN)
APPOINTMENT = datetime(2026, 3, 2, 15, 0, tzinfo=BERLIN)
REMINDER = datetime(2026, 3, 2, 14, 0, tzinfo=BERLIN)


def send_at(gateway: str, number: str, content: str, sendtime: str) -> int:
    """Have a message sent at a time yyyyMMddHHmmss; its id."""
    sent = {"account": "demo", "password": "demo123", "numbers": number, "content": content, "sendtime": sendtime}
    answer = requests.post(f"{gateway}/sendsms", json=sent, timeout=5).json()
    if answer["status"] != 0:
        raise RuntimeError(f"sendsms answered {answer['status']}")
    [[_, id]] = answer["array"]
    return int(id)


def remind(gateway: str, number: str, appointment: datetime) -> int:
    """Remind of an appointment, one hour before, in the gateway's time; the id of the message."""
    moment = (appointment - timedelta(hours=1)).astimezone(GATEWAY_ZONE)
    return send_at(gateway, number, f"See you at {appointment:%H:%M}.", f"{moment:%Y%m%d%H%M%S}")


def remind_in_local_time(gateway: str, number: str, appointment: datetime) -> int:
    """The same with the mistake: the moment is written as the clock on the wall shows it."""
    moment = appointment - timedelta(hours=1)
    return send_at(gateway, number, f"See you at {appointment:%H:%M}.", f"{moment:%Y%m%d%H%M%S}")


def test_a_reminder_goes_out_one_hour_before_and_not_earlier(eims: Simulator) -> None:
    """A frozen clock stands still until it is advanced; all that falls due on the way has happened then."""
    eims.clock.freeze(NIGHT)

    id = remind(eims.url, "13800138000", APPOINTMENT)
    eims.clock.advance((REMINDER - NIGHT).total_seconds())
    before = eims.messages.get(id)
    eims.clock.advance(10)
    after = eims.messages.get(id)

    assert (before.state, before.sendtime) == (1, REMINDER)
    assert after.state == 0
    assert after.sent_at is not None
    assert timedelta(0) <= after.sent_at - REMINDER < timedelta(seconds=10)


def test_local_time_wakes_the_patient_in_the_morning(eims: Simulator) -> None:
    """14:00 in Shanghai is 7:00 in Berlin. `to="next"` goes to the next moment at which something happens."""
    eims.clock.freeze(NIGHT)

    remind_in_local_time(eims.url, "13800138000", APPOINTMENT)
    woken = eims.clock.advance(to="next").now.astimezone(BERLIN)

    assert f"{woken:%H:%M}" == "07:00"


def test_local_time_may_be_past_and_the_simulator_says_so(eims: Simulator) -> None:
    """At 9:00 in Berlin it is 16:00 in Shanghai, and 14:00 is past: the reminder goes out five hours early."""
    eims.clock.freeze(NIGHT + timedelta(hours=6))

    remind_in_local_time(eims.url, "13800138000", APPOINTMENT)
    eims.clock.advance(10)

    assert [one.state for one in eims.messages.list()] == [0]
    assert len(eims.requests.list(finding="sendtime-past")) == 1


def test_the_right_time_is_never_past(eims: Simulator) -> None:
    """The same morning, told in the gateway's time: nothing is remarked on, and nothing is sent yet."""
    eims.clock.freeze(NIGHT + timedelta(hours=6))

    id = remind(eims.url, "13800138000", APPOINTMENT)
    eims.clock.advance(10)

    assert eims.messages.get(id).state == 1
    assert eims.requests.list(finding="sendtime-past") == []
