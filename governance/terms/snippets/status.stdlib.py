import hashlib
import json
import os
from datetime import UTC, datetime
from urllib.request import urlopen

HERE = os.environ["ORIGIN"] + "/terms/no-stalking/1.0.0"


def get(address):
    with urlopen(address, timeout=20) as answer:
        return answer.read()


# The standard library checks no signatures: this trusts the connection.
digest = hashlib.sha256(get(HERE + ".json")).hexdigest()
status = json.loads(get(HERE + "/status.json"))
expires = datetime.fromisoformat(status["expires"].replace("Z", "+00:00"))
if status["sha256"] != digest:
    raise SystemExit("This status is about another document.")
if datetime.now(UTC) > expires:
    raise SystemExit("This status has expired: ask again.")
print(status["status"], status.get("successor", ""), status.get("reason", ""))
