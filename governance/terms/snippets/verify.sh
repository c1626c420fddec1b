# Needs the Python client: pip install ./clients/python
customer-commons verify --identity "$IDENTITY" "$ORIGIN/terms/no-stalking/1.0.0"
