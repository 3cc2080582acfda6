"""Benchmarks of authflow. Run all with ``python -m benchmarks``, or some areas with their names as arguments."""
