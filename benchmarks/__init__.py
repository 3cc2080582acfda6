"""What authflow costs, measured: ``python -m benchmarks``, or one area of it by name."""
