"""Writes: one function per thing that can happen to a problem or a submission."""
