"""When a push is tried again, and when it is parked (P8.3)."""

import pytest

from eims_sim.domain.retry import next_attempt
from eims_sim.domain.settings import PushSettings

SECOND = 1_000_000


def test_the_defaults_are_those_of_the_protocol():
    """P8.3"""
    settings = PushSettings()

    assert settings.timeout_seconds == 10
    assert settings.retry_first_seconds == 1
    assert settings.retry_factor == 2
    assert settings.retry_max_seconds == 300
    assert settings.attempts == 10
    assert settings.in_flight == 1


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 64), (8, 128), (9, 256)]
)
def test_each_wait_doubles_plus_at_most_ten_percent(attempts, seconds):
    """P8.3"""
    waits = [next_attempt(PushSettings(), attempts, push, 1) for push in range(1, 101)]

    assert min(waits) >= seconds * SECOND
    assert max(waits) <= seconds * 1.1 * SECOND


@pytest.mark.parametrize("attempts", [10, 11, 1000])
def test_after_ten_attempts_the_first_included_it_is_parked(attempts):
    """P8.3"""
    assert next_attempt(PushSettings(), attempts, 1, 1) is None


def test_with_one_attempt_there_is_no_second():
    """P8.3"""
    assert next_attempt(PushSettings(attempts=1), 1, 1, 1) is None


@pytest.mark.parametrize("attempts", [10, 11, 50, 999])
def test_no_wait_exceeds_five_minutes_plus_ten_percent(attempts):
    """P8.3"""
    wait = next_attempt(PushSettings(attempts=1000), attempts, 1, 1)

    assert 300 * SECOND <= wait <= 330 * SECOND


def test_even_the_first_wait_is_bounded():
    """P8.3"""
    wait = next_attempt(PushSettings(retry_first_seconds=600), 1, 1, 1)

    assert 300 * SECOND <= wait <= 330 * SECOND


def test_a_factor_of_1_keeps_the_wait():
    """P8.3"""
    wait = next_attempt(PushSettings(retry_factor=1, attempts=1000), 999, 1, 1)

    assert SECOND <= wait <= 1.1 * SECOND


def test_a_first_wait_of_nothing_stays_nothing():
    """P8.3"""
    assert next_attempt(PushSettings(retry_first_seconds=0), 5, 1, 1) == 0


def test_the_jitter_is_drawn_from_the_seed():
    """P8.3"""
    waits = {next_attempt(PushSettings(), 1, push, 1) for push in range(1, 101)}

    assert next_attempt(PushSettings(), 1, 7, 1) == next_attempt(PushSettings(), 1, 7, 1)
    assert next_attempt(PushSettings(), 1, 7, 1) != next_attempt(PushSettings(), 1, 7, 2)
    assert len(waits) > 90
