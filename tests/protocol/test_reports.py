"""The body of a push (P8.1)."""

import pytest

from eims_sim.protocol.reports import encode_push


def test_a_push_has_the_shape_of_the_sample_with_the_wording_of_the_codes():
    """P8.1"""
    reports = [(1, "1234545456", 20180801123015, 0), (2, "2356844545", 20180801223015, 1003)]

    body = encode_push(reports)

    assert body == (
        b'{"type":"report","cnt":2,"array":[[1,"1234545456",20180801123015,0,"success"],'
        b'[2,"2356844545",20180801223015,1003,"NoBablance"]]}'
    )


def test_the_number_is_a_string_as_it_was_sent():
    """P8.1"""
    body = encode_push([(7, "+0086139", 0, 1013)])

    assert body == b'{"type":"report","cnt":1,"array":[[7,"+0086139",0,1013,"Daliy Limit"]]}'


@pytest.mark.parametrize("state", [1, 2, 3, 1015])
def test_a_message_that_is_not_final_cannot_be_reported(state):
    """P8.2"""
    with pytest.raises(KeyError):
        encode_push([(1, "10010", 20180801123015, state)])
