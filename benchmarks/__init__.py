"""What the site costs, measured: `make bench`, or `python -m benchmarks NAME` for one part (docs/benchmarks.md)."""
