"""Reset password: replace a forgotten password with a code that is sent to the user."""

from authflow.machines.reset_password._begin import ResetPassword
from authflow.machines.reset_password._flow import PasswordReset, ResetFlow, ResetState

__all__ = ["PasswordReset", "ResetFlow", "ResetPassword", "ResetState"]
