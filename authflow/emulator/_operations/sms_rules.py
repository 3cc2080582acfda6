"""Rules for the SmsConfiguration of a user pool, which the emulator never uses to send messages."""

from collections.abc import Mapping
from typing import Any, Final

from authflow.emulator._errors import ErrorTemplate

#: the Regions from which a pool can send in addition to its own
#: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-sms-settings.html
ALTERNATES: Final[Mapping[str, str]] = {
    "us-east-2": "us-east-1",
    "ap-south-1": "ap-southeast-1",
    "ca-central-1": "us-east-1",
    "eu-central-1": "eu-west-1",
    "eu-west-2": "eu-west-1",
}
#: the Regions of pools that can't send from their own Region
ELSEWHERE: Final[Mapping[str, str]] = {"ap-northeast-2": "ap-northeast-1"}

# seen in a deployment
SNS_REGION: Final = ErrorTemplate("InvalidParameterException", "Invalid snsRegion. Allowed SNS region for {} is {}")
TWO_SENDERS: Final = ErrorTemplate(
    "InvalidParameterException", "SnsCallerArn and EumsSms can't both be set."
)  # own text


def check_sms(region: str, params: Mapping[str, Any]) -> None:
    """Require that the SmsConfiguration of a request, if there is one, names one sender, in a Region that is permitted.

    Raises:
        ServiceError: InvalidParameterException: it does not.
    """
    given = params.get("SmsConfiguration", {})
    own = ELSEWHERE.get(region, region)
    if given.get("SnsRegion", own) not in {own, ALTERNATES.get(region, own)}:
        raise SNS_REGION(region, own)
    if "SnsCallerArn" in given and "EumsSms" in given:
        raise TWO_SENDERS()
