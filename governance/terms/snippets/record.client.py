import json
import os

from customer_commons import Client, Keys, verify_term

client = Client(os.environ["ORIGIN"], identity=os.environ["IDENTITY"])
term, files = client.term_with_sources("no-stalking", "1.0.0")

# Keep these three, and verify them in ten years with no network at all.
keys = Keys.from_did_document(json.loads(files.did_document))
again = verify_term(files.document, files.proof.decode(), keys)
print(again.entry["type"], "is entry", again.inclusion.index + 1)
print("of the record", again.inclusion.checkpoint.origin)
