"""What many latencies say."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eims_sim.load.figures import ROWS, histogram, percentile, summary

LATENCIES = st.lists(st.floats(min_value=1e-6, max_value=100.0), min_size=1).map(sorted)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.9, 90), (0.99, 99), (0.999, 100), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_the_value_at_its_nearest_rank(share, value):
    assert percentile(range(1, 101), share) == value


def test_the_percentile_of_one_value_is_that_value():
    assert percentile([7.0], 0.999) == 7.0


def test_a_summary_tells_the_ends_the_percentiles_and_the_mean():
    assert summary(range(1, 1001)) == {
        "min": 1,
        "p50": 500,
        "p90": 900,
        "p95": 950,
        "p99": 990,
        "p99.9": 999,
        "max": 1000,
        "mean": 500.5,
    }


def test_nothing_has_no_figures():
    assert (summary([]), histogram([])) == ({}, [])


@given(LATENCIES)
def test_every_value_falls_into_one_bin(ordered):
    bins = histogram(ordered)

    assert sum(one.count for one in bins) == len(ordered)
    assert all(one.count == sum(one.low <= value < one.high for value in ordered) for one in bins)


@given(LATENCIES)
def test_bins_follow_each_other_and_none_is_empty_at_an_end(ordered):
    bins = histogram(ordered)

    assert all(before.high == after.low for before, after in pairwise(bins))
    assert bins[0].count
    assert bins[-1].count


@given(LATENCIES)
def test_a_histogram_fits_its_rows(ordered):
    assert len(histogram(ordered)) <= ROWS


def test_close_values_get_fine_bins_and_distant_ones_coarse_bins():
    close, distant = histogram([0.0021, 0.0034, 0.0049]), histogram([0.0001, 90.0])

    assert [one.low for one in close[:3]] == [0.0020, 0.0022, 0.0024]
    assert [one.low for one in distant] == [0.0001, 0.001, 0.01, 0.1, 1.0, 10.0]
