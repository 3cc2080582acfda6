"""Sign-up: create a user, and confirm that the address or number is theirs."""

from authflow.machines.sign_up._begin import ResumeSignUp, SignUp
from authflow.machines.sign_up._flow import SignedUp, SignUpFlow, SignUpState

__all__ = ["ResumeSignUp", "SignUp", "SignUpFlow", "SignUpState", "SignedUp"]
