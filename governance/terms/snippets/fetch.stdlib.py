import hashlib
import json
import os
from urllib.request import urlopen

ORIGIN = os.environ["ORIGIN"]


def get(path):
    with urlopen(ORIGIN + path, timeout=20) as answer:
        return answer.read()


rows = json.loads(get("/terms/index.json"))["terms"]
row = next(row for row in rows if (row["slug"], row["version"]) == ("no-stalking", "1.0.0"))
body = get(row["document"])
if hashlib.sha256(body).hexdigest() != row["sha256"]:
    raise SystemExit("The document is not the one that the index names.")
term = json.loads(body)
print(term["title"]["en"], row["sha256"])
for rule in term["rules"]:
    print(rule["party"], rule["kind"], rule["action"])
