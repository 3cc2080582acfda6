"""Rules about users: names, attributes, passwords, second factors and decoy users."""
