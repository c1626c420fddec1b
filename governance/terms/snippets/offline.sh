# Needs the Python client: pip install ./clients/python
customer-commons fetch --identity "$IDENTITY" --into kept "$ORIGIN/terms/no-stalking/1.0.0"
customer-commons verify --offline kept
