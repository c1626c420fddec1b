import json
import os
from urllib.request import urlopen


def get(path):
    with urlopen(os.environ["ORIGIN"] + path, timeout=20) as answer:
        return json.load(answer)


words = {
    point: {word["code"]: word for word in listed}
    for point, listed in get("/ns/terms/vocabulary.json")["points"].items()
}


def covers(point, broad, narrow):
    """Whether what is said of ``broad`` is said of ``narrow``; nothing named covers all."""
    if broad in ("", narrow):
        return True
    return any(covers(point, broad, above) for above in words[point][narrow]["broader"])


# May the organisation build a profile of me for advertising?
asked = {"party": "second", "action": "profile", "purpose": "advertising"}
said = {
    rule["kind"]
    for rule in get("/terms/no-stalking/1.0.0.json")["rules"]
    if all(covers(point, rule.get(point, ""), code) for point, code in asked.items())
    and set(rule) <= {"kind", *asked}
}
print("no" if "prohibition" in said else "yes" if "permission" in said else "left open")
