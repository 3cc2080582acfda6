"""The records that the service stores: pools, clients, users, devices, Sessions and token families."""
