"""How long a message stays in a state (P9.1)."""

import pytest

from eims_sim.domain.delays import Fixed, Lognormal, Uniform, draw, span

TEN_YEARS = 3660 * 86_400 * 1_000_000


def test_a_draw_depends_on_nothing_but_seed_id_and_purpose():
    """P9.1"""
    assert draw(1, 2, 3) == draw(1, 2, 3)
    assert len({draw(1, 2, 3), draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4), draw(3, 2, 1)}) == 5


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
@pytest.mark.parametrize("id", [0, 1, 2**63 - 1])
def test_a_draw_lies_in_0_to_1_without_1(seed, id):
    """P9.1"""
    assert 0 <= draw(seed, id, 0) < 1
    assert 0 <= draw(seed, id, 2**20) < 1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_draws_of_neighbouring_ids_are_spread_evenly(seed):
    """P9.1"""
    draws = [draw(seed, id, 0) for id in range(1, 5001)]

    tenths = [sum(int(drawn * 10) == tenth for drawn in draws) for tenth in range(10)]
    assert min(tenths) > 400
    assert max(tenths) < 600


def test_two_purposes_of_a_message_are_drawn_apart():
    """P9.1"""
    both_low = sum(draw(1, id, 0) < 0.5 and draw(1, id, 2) < 0.5 for id in range(1, 5001))

    assert 1100 < both_low < 1400


@pytest.mark.parametrize(
    ("seconds", "microseconds"), [(0, 0), (0.5, 500_000), (1.0, 1_000_000), (0.1, 100_000), (1e-6, 1), (1e-9, 0)]
)
def test_a_fixed_delay_is_the_same_for_every_message(seconds, microseconds):
    """P9.1"""
    assert {span(Fixed(seconds), 1, id, 0) for id in range(1, 20)} == {microseconds}


def test_a_uniform_delay_lies_between_its_bounds_and_differs_by_message():
    """P9.1"""
    spans = [span(Uniform(0.1, 2.0), 1, id, 0) for id in range(1, 1001)]

    assert min(spans) >= 100_000
    assert max(spans) <= 2_000_000
    assert min(spans) < 200_000
    assert max(spans) > 1_900_000


def test_a_uniform_delay_of_equal_bounds_is_fixed():
    """P9.1"""
    assert span(Uniform(1.5, 1.5), 1, 7, 0) == 1_500_000


def test_half_of_the_lognormal_delays_are_below_the_median():
    """P9.1"""
    spans = [span(Lognormal(1.0, 0.5), 1, id, 0) for id in range(1, 2001)]

    below = sum(drawn < 1_000_000 for drawn in spans)
    assert 900 < below < 1100
    assert min(spans) > 0
    assert max(spans) > 2_000_000  # now and then much longer


def test_a_lognormal_delay_without_spread_is_its_median():
    """P9.1"""
    assert span(Lognormal(1.5, 0.0), 1, 7, 0) == 1_500_000


def test_a_lognormal_delay_of_nothing_is_nothing():
    """P9.1"""
    assert span(Lognormal(0.0, 10.0), 1, 7, 0) == 0


def test_no_delay_is_longer_than_ten_years():
    """P9.1"""
    spans = [span(Lognormal(3600.0, 10.0), 1, id, 0) for id in range(1, 1001)]

    assert max(spans) == TEN_YEARS
    assert min(spans) >= 0


def test_another_seed_is_another_course():
    """P9.1"""
    first = [span(Uniform(0, 1), 1, id, 0) for id in range(1, 11)]
    second = [span(Uniform(0, 1), 2, id, 0) for id in range(1, 11)]

    assert first != second
