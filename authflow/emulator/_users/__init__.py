"""What a user is: names, attributes, credentials, factors."""
