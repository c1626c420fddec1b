curl --silent --fail --output no-stalking.json "$ORIGIN/terms/no-stalking/1.0.0.json"
sha256sum no-stalking.json
