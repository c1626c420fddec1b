curl --silent --fail "$ORIGIN/terms/no-stalking/1.0.0/status.json"
