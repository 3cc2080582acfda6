"""Random requests that conform to the service model: the emulator returns declared errors only."""

import random
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape

from authflow.emulator import ServiceError
from authflow.emulator._operations import OPERATIONS
from tests.support.emulator.world import PASSWORD, Json, World

MODEL = ServiceModel(Loader().load_service_model("cognito-idp", "service-2"))
TEXTS = ("", "a", "1", "email", "a@b", "+441234567890", "é", "x" * 24, "null", "{####}", "true", PASSWORD, "a.b.c")


class Requests:
    """Makes random requests. Most members that identify something in the world have its values."""

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

    def structure(self, shape: StructureShape) -> Json:
        chosen = [name for name in shape.members if name in shape.required_members or self._draw.random() < 0.3]
        return {name: self._member(name, shape.members[name]) for name in chosen}

    def _member(self, name: str, shape: Shape) -> Any:
        if name in self._sensible and self._draw.random() < 0.9:
            return self._sensible[name]
        return self._value(shape)

    def _value(self, shape: Any) -> Any:  # the attributes depend on the type
        limits = shape.metadata
        match shape.type_name:
            case "structure":
                return self.structure(shape)
            case "list":
                return [self._value(shape.member) for _ in range(self._draw.randint(limits.get("min", 0), 2))]
            case "map":
                return {self._value(shape.key): self._value(shape.value) for _ in range(2)}
            case "boolean":
                return self._draw.random() < 0.5
            case "integer":
                return self._draw.randint(limits.get("min", 0), min(limits.get("max", 100), 100))
        return self._draw.choice(limits.get("enum", TEXTS))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_declared_errors(world: World, operation: str) -> None:
    if "Pool" not in operation:
        world.make_user("bob")
    draw = random.Random(operation)
    model = MODEL.operation_model(operation)
    assert model.input_shape is not None
    declared = {shape.name for shape in model.error_shapes} | {"SerializationException"}
    requests = Requests(world, world.get_tokens(), draw)
    for _ in range(60):
        try:
            world.emulator.call(operation, requests.structure(model.input_shape))
        except ServiceError as error:
            assert error.code in declared  # noqa: PT017 - no error is right too
