"""What people do to an emulator, beside the operations of the service: move its clock, seed it, make it fail."""
