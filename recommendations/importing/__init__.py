"""Loading files of items and of events: streamed, bad rows reported, the rest loaded (docs/how-to/import.md)."""
