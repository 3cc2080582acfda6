"""Random requests that the service model permits: whatever is in them, only declared errors come of it."""

import random
from typing import Any

import pytest

from authflow.emulator import ServiceError
from authflow.emulator._operations import OPERATIONS
from authflow.emulator._service_model.model import ServiceModel
from tests.support.emulator.world import PASSWORD, Json, World

MODEL = ServiceModel()
TEXTS = ("", "a", "1", "email", "a@b", "+441234567890", "é", "x" * 24, "null", "{####}", "true", PASSWORD, "a.b.c")


class Requests:
    """Draws requests; values that would make sense in the world come often."""

    def __init__(self, world: World, tokens: Json, draw: random.Random) -> None:
        self._draw = draw
        self._sensible: dict[str, Any] = {
            "UserPoolId": world.pool_id,
            "ClientId": world.client_id,
            "Username": "ada",
            "Password": PASSWORD,
            **{name: value for name, value in tokens.items() if name.endswith("Token")},
            "Token": tokens["RefreshToken"],
            "AuthParameters": {"USERNAME": "ada", "PASSWORD": PASSWORD, "SRP_A": "ab", "REFRESH_TOKEN": "x"},
        }

    def structure(self, shape: str) -> Json:
        declared = MODEL._shapes[shape]
        required = declared.get("required", ())
        chosen = [name for name in declared["members"] if name in required or self._draw.random() < 0.3]
        return {name: self._member(name, declared["members"][name]["shape"]) for name in chosen}

    def _member(self, name: str, shape: str) -> Any:
        if name in self._sensible and self._draw.random() < 0.9:
            return self._sensible[name]
        return self._value(shape)

    def _value(self, name: str) -> Any:
        shape = MODEL._shapes[name]
        match shape["type"]:
            case "structure":
                return self.structure(name)
            case "list":
                size = self._draw.randint(shape.get("min", 0), 2)
                return [self._value(shape["member"]["shape"]) for _ in range(size)]
            case "map":
                return {self._value(shape["key"]["shape"]): self._value(shape["value"]["shape"]) for _ in range(2)}
            case "boolean":
                return self._draw.random() < 0.5
            case "integer":
                return self._draw.randint(shape.get("min", 0), min(shape.get("max", 100), 100))
        return self._draw.choice(shape.get("enum", TEXTS))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_declared_errors(world: World, operation: str) -> None:
    if "Pool" not in operation:
        world.user("bob")
    draw = random.Random(operation)
    shape = MODEL._operations[operation]["input"]["shape"]
    requests = Requests(world, world.tokens(), draw)
    for _ in range(60):
        try:
            world.emulator.call(operation, requests.structure(shape))
        except ServiceError as error:
            assert error.code in MODEL.get_errors(operation) | {"SerializationException"}  # noqa: PT017 - no error is right too
