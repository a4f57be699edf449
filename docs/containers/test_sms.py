"""A test with Testcontainers for Python: pip install testcontainers pytest requests"""

from collections.abc import Iterator

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

PORT = 20003
TOKEN = "only-for-tests"


@pytest.fixture(scope="session")
def gateway() -> Iterator[str]:
    """The URL of a simulator that lives as long as the tests do, with the demo accounts."""
    container = (
        DockerContainer("eims-sim")
        .with_exposed_ports(PORT)
        .with_env("EIMS_SIM_DATABASE", ":memory:")
        .with_env("EIMS_SIM_ADMIN_TOKEN", TOKEN)
        .waiting_for(LogMessageWaitStrategy("^ready http://"))
    )
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"


def test_a_code_is_sent(gateway: str) -> None:
    """What your program would do, and what the handset got."""
    login = {"account": "demo", "password": "demo123"}
    message = {"numbers": "13800138000", "content": "Your code is 4711"}

    answer = requests.get(f"{gateway}/sendsms", params=login | message, timeout=10).json()

    headers = {"Authorization": f"Bearer {TOKEN}"}
    seen = requests.get(f"{gateway}/_sim/otp", params={"number": "13800138000"}, headers=headers, timeout=10).json()
    assert answer["status"] == 0
    assert seen["code"] == "4711"
