# The codes, what is broader, and their identifiers.
curl --silent --fail "$ORIGIN/ns/terms/vocabulary.json"

# The same rules as an ODRL policy, for programs that read RDF.
curl --silent --fail "$ORIGIN/terms/no-stalking/1.0.0/policy.jsonld"
