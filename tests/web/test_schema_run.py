"""schemathesis asks every call for anything, and finds nothing that the OpenAPI document does not promise (C4)."""

from tests.conftest import Start
from tests.fuzz_control import ENVIRONMENT, OPTIONS, PUSHED, fuzz

SECONDS = 12
"""How long it may ask; starting it takes some more."""


async def test_the_server_keeps_what_its_document_promises(start: Start, tmp_path):
    """C4: no 5xx, no status, header or body that is not documented, nothing wrong accepted"""
    sim = await start(PUSHED, environment=ENVIRONMENT, **OPTIONS)

    code, said = await fuzz(sim.url, SECONDS, tmp_path, quiet=True)

    assert code == 0, said[-6000:]
