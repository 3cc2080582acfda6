"""Cognito's endpoints, compared with botocore's data on every AWS partition."""

import json
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.regions import EndpointResolver

from authflow import InvalidInput
from authflow.backends._endpoints import find_endpoint

DATA = Path(botocore.__file__).parent / "data"


def data(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text("utf-8"))["partitions"]
    return found


def regions() -> dict[str, str]:
    """Every region's domain, without the pseudo-regions."""
    newer = {region: one["outputs"]["dnsSuffix"] for one in data("partitions.json") for region in one["regions"]}
    older = {region: one["dnsSuffix"] for one in data("endpoints.json") for region in one["regions"]}
    return {region: domain for region, domain in (older | newer).items() if not region.endswith("-global")}


def test_botocore_knows_no_other_partition() -> None:
    known = {"aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-us-gov"}
    assert {one["id"] for one in data("partitions.json")} == known
    assert {one["partition"] for one in data("endpoints.json")} == known


@pytest.mark.parametrize(("region", "domain"), regions().items())
def test_every_region(region: str, domain: str) -> None:
    assert find_endpoint(region) == f"https://cognito-idp.{region}.{domain}"


def test_every_region_with_cognito_has_no_other_host_name() -> None:
    found = 0
    for partition in data("endpoints.json"):
        resolver = EndpointResolver({"version": 3, "partitions": [partition]})
        for region in partition["services"].get("cognito-idp", {"endpoints": {}})["endpoints"]:
            if not region.startswith("fips-"):
                host: Any = resolver.construct_endpoint("cognito-idp", region)
                assert find_endpoint(region) == f"https://{host['hostname']}"
                found += 1
    assert found > 30


@pytest.mark.parametrize(
    "region",
    [
        "", "eu-west-1.evil.example", "evil.example/", "eu-west-1@evil.example", "eu-west-1#", "eu-west-1\n",
        " eu-west-1", "EU-WEST-1", "eu_west_1", "eu-west", "eu-west-\u0661", "-eu-west-1",
        "a" * 70 + "-west-1", "local", None, 1,
    ],
)  # fmt: skip
def test_an_invalid_region_never_becomes_part_of_a_host_name(region: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_endpoint(region)
    assert caught.value.field == "region"
