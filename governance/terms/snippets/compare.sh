# Needs the Python client: pip install ./clients/python
customer-commons compare --identity "$IDENTITY" \
  "$ORIGIN/terms/no-stalking/1.0.0" "$ORIGIN/terms/service-delivery-only/1.0.0"
