"""The API's door to the same: what is open to all, one's own dues, and what stewards look after."""
