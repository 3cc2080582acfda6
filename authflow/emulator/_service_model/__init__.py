"""The service model of the Cognito API: the structure of its requests, replies and errors."""
