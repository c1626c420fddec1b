# The document, and the hash to cite it by.
curl --silent --fail --output no-stalking.json "$ORIGIN/terms/no-stalking/1.0.0.json"
sha256sum no-stalking.json

# Its ETag is that hash. Ask again with it: 304, nothing has changed.
hash=$(sha256sum no-stalking.json | cut -c1-64)
curl --silent --output /dev/null --write-out '%{http_code}\n' \
  --header "If-None-Match: \"$hash\"" "$ORIGIN/terms/no-stalking/1.0.0.json"
