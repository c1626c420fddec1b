curl --silent --fail "$ORIGIN/terms/index.json"
