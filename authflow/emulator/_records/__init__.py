"""What the service keeps: pools, clients, users, devices, Sessions and token families."""
