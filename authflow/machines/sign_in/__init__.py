"""Sign-in: from an opening to tokens, through the challenges that Cognito asks."""

from authflow.machines.sign_in._begin import begin
from authflow.machines.sign_in._flow import Flow, RestingState, State

__all__ = ["Flow", "RestingState", "State", "begin"]
