"""The Lambda functions that do not belong to one pool."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

#: takes the event that the Lambda function would get, and returns the event with its ``response`` filled in
LambdaTrigger: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Functions:
    """Lambda functions that serve the pools for which ``Emulator.triggers`` has none.

    Attributes:
        by_arn: the functions that a LambdaConfig can name, by ARN.
        everywhere: Lambda triggers of all pools, by name, whatever their LambdaConfig says.
        handler: serves every other trigger that a LambdaConfig names, whatever its ARN is.
    """

    by_arn: Mapping[str, LambdaTrigger] = field(default_factory=dict)
    everywhere: Mapping[str, LambdaTrigger] = field(default_factory=dict)
    handler: LambdaTrigger | None = None

    def __bool__(self) -> bool:
        return bool(self.by_arn or self.everywhere or self.handler)

    def find(self, name: str, arn: str | None) -> LambdaTrigger | None:
        """Return the function for a Lambda trigger, None if there is none.

        Args:
            name: the name of the Lambda trigger.
            arn: the ARN that the pool's LambdaConfig has for it.
        """
        return self.by_arn.get(arn or "") or self.everywhere.get(name) or (self.handler if arn else None)
