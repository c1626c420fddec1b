python3 -m customer_commons verify --identity "$IDENTITY" "$ORIGIN/terms/no-stalking/1.0.0"
