"""Families that predict which item of an offer a member chooses: today's menu, with what they ate yesterday in mind."""
