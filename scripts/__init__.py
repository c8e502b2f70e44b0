"""What `make` runs: set-up, the supervisor of `make run`, the tests. Standard library only, as they work before any install."""
