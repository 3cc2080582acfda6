"""The register of all emulated operations: operation name to function. Each area has its own module."""

from collections.abc import Callable, Mapping
from typing import Final

from authflow.emulator._operations import (
    admin_users,
    authentication,
    clients,
    devices,
    mfa,
    pools,
    sign_up,
    software_tokens,
    tokens,
    users,
)
from authflow.emulator._service import Params, Reply, Service

Operation = Callable[[Service, Params], Reply]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateUserPool": pools.create_user_pool,
    "DescribeUserPool": pools.describe_user_pool,
    "UpdateUserPool": pools.update_user_pool,
    "DeleteUserPool": pools.delete_user_pool,
    "SetUserPoolMfaConfig": mfa.set_user_pool_mfa_config,
    "GetUserPoolMfaConfig": mfa.get_user_pool_mfa_config,
    "CreateUserPoolClient": clients.create_user_pool_client,
    "DescribeUserPoolClient": clients.describe_user_pool_client,
    "UpdateUserPoolClient": clients.update_user_pool_client,
    "AdminCreateUser": admin_users.admin_create_user,
    "AdminGetUser": admin_users.admin_get_user,
    "AdminUpdateUserAttributes": admin_users.admin_update_user_attributes,
    "AdminConfirmSignUp": admin_users.admin_confirm_sign_up,
    "AdminSetUserMFAPreference": mfa.admin_set_user_mfa_preference,
    "AdminSetUserPassword": admin_users.admin_set_user_password,
    "AdminResetUserPassword": admin_users.admin_reset_user_password,
    "AdminEnableUser": admin_users.admin_enable_user,
    "AdminDisableUser": admin_users.admin_disable_user,
    "AdminDeleteUser": admin_users.admin_delete_user,
    "SignUp": sign_up.sign_up,
    "ConfirmSignUp": sign_up.confirm_sign_up,
    "ResendConfirmationCode": sign_up.resend_confirmation_code,
    "InitiateAuth": authentication.initiate_auth,
    "RespondToAuthChallenge": authentication.respond_to_auth_challenge,
    "AdminInitiateAuth": authentication.admin_initiate_auth,
    "AdminRespondToAuthChallenge": authentication.admin_respond_to_auth_challenge,
    "ConfirmDevice": devices.confirm_device,
    "UpdateDeviceStatus": devices.update_device_status,
    "ForgetDevice": devices.forget_device,
    "GetDevice": devices.get_device,
    "ListDevices": devices.list_devices,
    "AdminUpdateDeviceStatus": devices.admin_update_device_status,
    "AdminForgetDevice": devices.admin_forget_device,
    "AdminGetDevice": devices.admin_get_device,
    "AdminListDevices": devices.admin_list_devices,
    "GetTokensFromRefreshToken": tokens.get_tokens_from_refresh_token,
    "RevokeToken": tokens.revoke_token,
    "AssociateSoftwareToken": software_tokens.associate_software_token,
    "VerifySoftwareToken": software_tokens.verify_software_token,
    "SetUserMFAPreference": mfa.set_user_mfa_preference,
    "GetUserAuthFactors": mfa.get_user_auth_factors,
    "GetUser": users.get_user,
    "GlobalSignOut": users.global_sign_out,
}
