"""A domain that the site does not have: what a newcomer adds to be recommended (docs/how-to/domain.md)."""
