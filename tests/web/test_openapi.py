"""The OpenAPI document: every call as it is declared, the gateway's endpoints as they answer (C4)."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from eims_sim.protocol.codes import Status
from eims_sim.protocol.names import PARAMETERS
from eims_sim.protocol.parameters import ABOUT
from eims_sim.web.control.app import OPERATIONS, control_app
from eims_sim.web.control.door import Door
from eims_sim.web.http_errors import REASONS
from eims_sim.web.openapi import gateway
from eims_sim.web.openapi.calls import kinds
from eims_sim.web.openapi.document import build
from eims_sim.web.openapi.schemas import generate
from tests.conftest import DEMO, GOOD, Simulator, Start

METHODS = {"get", "put", "post", "patch", "delete"}
ENDPOINTS = {"GET /getbalance", "GET /sendsms", "POST /sendsms", "GET /getreport", "GET /getsms"}

CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/_sim/[\w/{}.]+)")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document of a server that asks for no token, as a client reads it."""
    return json.loads(json.dumps(build(OPERATIONS, guarded=False)))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation by its method and path."""
    for path, methods in document["paths"].items():
        for method in METHODS & methods.keys():
            yield f"{method.upper()} {path}", methods[method]


def nodes(schema: Any, place: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document with its place."""
    if isinstance(schema, dict):
        yield place, schema
        for name, value in schema.items():
            yield from nodes(value, f"{place}/{name}")
    elif isinstance(schema, list):
        for position, value in enumerate(schema):
            yield from nodes(value, f"{place}/{position}")


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """The object that a reference leads to, or the object itself."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


async def test_the_document_is_served_and_is_valid_openapi(sim: Simulator):
    """C4; held against the schema of OpenAPI 3.1"""
    answer = await sim.control("GET", "openapi.json")

    assert answer.http_status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(answer.json()).iter_errors()] == []


def test_every_route_is_in_the_document_and_nothing_else(document):
    """C4: derived from the code"""
    app = control_app(None, Door("", ()), 1, UTC)  # type: ignore[arg-type]
    routes = {f"{route.method} {route.resource.canonical}" for route in app.router.routes() if route.resource}
    pages = ("GET /_sim/console/", "GET /_sim/static/", "*", "HEAD")
    served = {route for route in routes if not route.startswith(pages)} - {"GET /_sim", "GET /_sim/"}

    assert {call for call, _ in operations(document)} == served | ENDPOINTS


def test_every_call_says_what_it_does_under_a_name_of_its_own(document):
    """C4: the summary is the first sentence of the handler's docstring"""
    described = dict(operations(document))

    assert [call for call, operation in described.items() if not operation["summary"]] == []
    assert len({operation["operationId"] for operation in described.values()}) == len(described)
    assert described["GET /_sim/messages/{id}"]["operationId"] == "getMessagesById"
    assert described["GET /_sim/coverage"]["summary"] == (
        "Which statuses and report codes clients have met, and which never"
    )
    assert described["GET /_sim/coverage"]["description"] == "A reset changes nothing here."


def test_no_schema_is_empty(document):
    """C4: what is not described is not in the document"""
    schemas = [(place, node["schema"]) for place, node in nodes(document) if "schema" in node]
    components = [(name, schema) for name, schema in document["components"]["schemas"].items()]
    content = [place for place, node in nodes(document) if node.get("content") == {}]

    assert [place for place, schema in schemas + components if not schema] == []
    assert content == []


def test_names_of_schemas_are_those_of_the_domain(document):
    """style.md: no module, no language of Python, no paragraph of ours"""
    names = set(document["components"]["schemas"])

    assert {"Message", "MessageListing", "Problem", "NewInbound", "AccountSettings"} <= names
    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]*", name)] == []
    assert re.search(r"\([CDP]\d", json.dumps(document)) is None


def test_no_two_schemas_share_a_name():
    """C4: what is derived, and what describes the gateway"""
    schemas = {(kind, mode) for operation in OPERATIONS for kind, mode in kinds(operation)}
    _, derived = generate(schemas)

    assert set(derived) & set(gateway.SCHEMAS) == set()


@pytest.mark.parametrize("guarded", [True, False])
def test_a_token_is_asked_for_where_the_server_asks_for_one(guarded):
    """C4: on every call but health; never by the gateway"""
    calls = dict(operations(build(OPERATIONS, guarded=guarded)))
    asking = {call for call, operation in calls.items() if operation.get("security") == [{"token": []}]}
    refusing = {call for call, operation in calls.items() if "401" in operation["responses"]}

    assert asking == refusing == (set(calls) - ENDPOINTS - {"GET /_sim/health"} if guarded else set())


async def test_the_document_itself_needs_the_token(start: Start):
    """C4"""
    sim = await start(admin_token="let-me-in-please")

    refused = await sim.control("GET", "openapi.json")
    told = await sim.control("GET", "openapi.json", headers={"Authorization": "Bearer let-me-in-please"})

    assert refused.http_status == 401
    assert told.json()["paths"]["/_sim/messages"]["get"]["security"] == [{"token": []}]


def test_money_is_decimal_text(document):
    """C3: micro-units never leave the house"""
    members = document["components"]["schemas"]["AccountSettings"]["properties"]

    assert {name: members[name]["default"] for name in ("balance", "gift", "price", "mms_price")} == {
        "balance": "0",
        "gift": "0",
        "price": "0.05",
        "mms_price": "0.2",
    }
    assert [place for place, node in nodes(document) if node.get("default") in (50_000, 200_000)] == []


def test_secrets_are_written_and_never_read(document):
    """C4: password and key"""
    secret = {place for place, node in nodes(document) if node.get("writeOnly")}

    assert "#/components/schemas/AccountSettings/properties/password" in secret
    assert "#/components/schemas/AccountSettings/properties/key" in secret


def test_every_setting_and_every_parameter_is_described(document):
    """C4: what C3 says of a key, the document says too"""
    schemas = document["components"]["schemas"]
    settings = [
        (name, member, about)
        for name in ("AccountSettings", "RuleSettings", "FaultSettings")
        for member, about in schemas[name]["properties"].items()
    ]
    parameters = [
        (call, one["name"], one) for call, operation in operations(document) for one in operation.get("parameters", ())
    ]

    assert settings
    assert [(name, member) for name, member, about in settings + parameters if not about.get("description")] == []


def test_parameters_are_those_of_the_query_with_bounds_and_defaults(document):
    """C4: lists"""
    parameters = {one["name"]: one for one in document["paths"]["/_sim/requests"]["get"]["parameters"]}

    assert list(parameters) == [
        *("order", "limit", "after"),
        *("endpoint", "account", "status", "since", "finding", "submit", "wait", "count"),
    ]
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
    assert parameters["wait"]["schema"] == {"type": "number", "minimum": 0, "maximum": 300}
    assert {one["in"] for one in parameters.values()} == {"query"}
    assert not any(one["required"] for one in parameters.values())


def test_what_stands_in_a_path_is_a_parameter(document):
    """C4"""
    (id,) = document["paths"]["/_sim/messages/{id}"]["get"]["parameters"]
    account = document["paths"]["/_sim/accounts/{account}"]["delete"]["parameters"][-1]

    assert (id["name"], id["in"], id["required"], id["schema"]["type"]) == ("id", "path", True, "integer")
    assert (account["name"], account["in"], account["schema"]["type"]) == ("account", "path", "string")


def test_a_call_refuses_with_problems_that_are_documented(document):
    """C4: those of every call, those of a body, those of an id, and its own"""
    calls = dict(operations(document))

    assert set(calls["GET /_sim/clock"]["responses"]) == {"200", "403", "422", "500", "503"}
    assert set(calls["POST /_sim/clock/advance"]["responses"]) == {
        *("200", "400", "403", "408", "409", "413", "415", "422", "500", "503")
    }
    assert "404" in calls["GET /_sim/requests/{id}"]["responses"]
    problem = resolve(document, calls["GET /_sim/clock"]["responses"]["422"])
    assert problem["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_a_body_may_be_left_out_where_nothing_means_everything(document):
    """C4: reset"""
    assert document["paths"]["/_sim/reset"]["post"]["requestBody"]["required"] is False
    assert document["paths"]["/_sim/inbound"]["post"]["requestBody"]["required"] is True


@pytest.mark.parametrize("endpoint", PARAMETERS)
def test_an_endpoint_takes_the_parameters_of_the_protocol(document, endpoint):
    """P1.4"""
    parameters = {one["name"]: one for one in document["paths"][f"/{endpoint}"]["get"]["parameters"]}

    assert tuple(parameters) == PARAMETERS[endpoint]
    assert {name for name, one in parameters.items() if one["required"]} == {
        *("account", "password"),
        *{"sendsms": ("numbers", "content"), "getreport": ("ids",)}.get(endpoint, ()),
    }


def test_a_submit_by_post_takes_one_json_object(document):
    """P1.4, P4.1"""
    content = document["paths"]["/sendsms"]["post"]["requestBody"]["content"]

    assert list(content) == ["application/json"]
    assert tuple(content["application/json"]["schema"]["properties"]) == PARAMETERS["sendsms"]
    assert content["application/json"]["schema"]["required"] == ["account", "password", "numbers", "content"]


def test_every_parameter_of_the_protocol_is_explained():
    """P1.4"""
    assert set(ABOUT) == {name for names in PARAMETERS.values() for name in names}


def test_an_endpoint_answers_with_200_whatever_the_status(document):
    """P1.3: and with the HTTP errors that the protocol has no words for"""
    for call in sorted(ENDPOINTS):
        answers = dict(operations(document))[call]["responses"]

        assert set(answers) == {"200"} | {
            str(status) for status in REASONS if status not in (404, 405) and (status != 413 or "POST" in call)
        }
        assert set(answers["200"]["headers"]) == {"X-EIMS-Sim-Request", "X-EIMS-Sim-Reason", "X-EIMS-Sim-Note"}


def test_a_status_has_its_meaning(document):
    """P2"""
    status = document["components"]["schemas"]["Status"]

    assert status["enum"] == [int(one) for one in Status]
    assert "-9 abnormal number" in status["description"]


ANSWERS = [
    ("getbalance", DEMO),
    ("getbalance", {"account": "nobody"}),
    ("sendsms", GOOD | {"numbers": "10010,+8613800138000,007"}),
    ("sendsms", GOOD | {"content": ""}),
    ("getreport", DEMO | {"ids": "1,2,7"}),
    ("getreport", DEMO),
    ("getsms", DEMO),
    ("getsms", DEMO | {"start_time": "x"}),
]


@pytest.mark.parametrize(("endpoint", "asked"), ANSWERS, ids=[f"{name}-{len(asked)}" for name, asked in ANSWERS])
async def test_an_answer_of_the_gateway_fits_its_schema(sim: Simulator, document, endpoint, asked):
    """P3 to P6"""
    from openapi_schema_validator import OAS31Validator

    await sim.submit("13800000000,13800000001")
    await sim.control("POST", "inbound", {"from": "10010", "to": "123456", "content": "STOP"})
    answer = await sim.get(endpoint, asked)

    schema = document["paths"][f"/{endpoint}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    errors = OAS31Validator(document | schema).iter_errors(answer.json())
    assert [error.message for error in errors] == []


def test_nothing_of_the_document_or_the_figures_is_loaded_at_the_start():
    """D8: a container in CI waits for us"""
    script = "import sys, eims_sim.server; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert "eims_sim.web.app" in loaded
    assert {"eims_sim.web.openapi", "eims_sim.web.prometheus", "prometheus_client"} & set(loaded) == set()


def test_a_name_means_one_thing(document: dict[str, Any]):
    """C4: what goes in and what comes out under one name differ in what is required at most"""
    schemas = document["components"]["schemas"]
    pairs = {name: f"{name.removesuffix('Input')}Output" for name in schemas if name.endswith("Input")}

    assert pairs
    assert [
        name for name, other in pairs.items() if set(schemas[name]["properties"]) != set(schemas[other]["properties"])
    ] == []
