import os

from customer_commons import Client, FileCache

# The cache is a folder: what never changes is asked for once.
client = Client(
    os.environ["ORIGIN"], identity=os.environ["IDENTITY"], cache=FileCache("terms-cache")
)
term = client.term("no-stalking", "1.0.0")  # fetched and verified
print(term.document["title"]["en"], term.sha256)
for rule in term.document["rules"]:
    print(rule["party"], rule["kind"], rule["action"])
