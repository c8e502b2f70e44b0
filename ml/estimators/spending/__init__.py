"""How much each member will spend in the coming days: purchases in, an expected value with an interval out."""
