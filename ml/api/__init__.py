"""REST for staff: parameters and their drafts."""
