import os

from customer_commons import Client, NotVerified

client = Client(os.environ["ORIGIN"], identity=os.environ["IDENTITY"])
try:
    term = client.term("no-stalking", "1.0.0")
    texts = client.parts(term)  # the policy and the texts, each of the hash that names it
except NotVerified as error:
    raise SystemExit(f"{error.what}: {error}") from None
print("signed by", term.signed_by)
print("entry", term.inclusion.index, "of", term.inclusion.checkpoint.origin)
print(texts["plain.en"].decode())
