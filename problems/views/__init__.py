"""Pages of coding problems."""
