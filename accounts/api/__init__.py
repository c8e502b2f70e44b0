"""REST for accounts: tokens, the member's own data, categories, regions and notices."""
