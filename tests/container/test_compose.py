"""docker-compose.yml is one that Docker Compose takes, and gives nobody more than he needs.

Its parts are run in test_image.py.
"""


def test_every_service_is_closed_as_far_as_it_can_be(services):
    """C2: no privileges, nothing to write to but what is named, no port for others than this machine"""
    for service in services.values():
        assert service["image"] == "eims-sim"
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert {port["host_ip"] for service in services.values() for port in service.get("ports", ())} == {"127.0.0.1"}


def test_the_health_of_the_simulator_is_the_images(services):
    """C2: the others have none, for they serve nothing on that port"""
    assert "healthcheck" not in services["simulator"]
    assert services["sender"]["depends_on"]["simulator"]["condition"] == "service_healthy"
