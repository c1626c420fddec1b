"""What is made of a published document once, beside it: Turtle, and the term on one sheet. Pure."""

from __future__ import annotations

import json

from governance.terms import graph
from governance.terms.document import AUTHORITATIVE, LICENCE, TEXT, Bytes, Site
from governance.terms.rulebook import CELL_LABELS, DraftContent, matrix, sentence

# What every version has; one that was published before a name was added here gets it afterwards.
NAMES = (
    *("policy.jsonld", "policy.ttl", f"plain.{AUTHORITATIVE}", f"legal.{AUTHORITATIVE}"),
    *("ttl", "txt", "md"),
)


def turtles(document: bytes, policy: bytes, *, site: Site) -> tuple[Bytes, Bytes]:
    """The graphs of a signed document and of its policy, both given as JSON-LD, as Turtle."""
    contexts = graph.bundled(site.namespace)
    return (
        Bytes("ttl", graph.TURTLE, graph.turtle(json.loads(document), contexts)),
        Bytes("policy.ttl", graph.TURTLE, graph.turtle(json.loads(policy), contexts)),
    )


def whole(content: DraftContent, *, site: Site, digest: str) -> tuple[Bytes, ...]:
    """The term on one sheet, as plain text and as Markdown; ``digest`` is the document's."""
    here = site.term(content.slug, content.version)
    found = matrix(content.rules)
    sentences = [sentence(rule) for rule in content.rules]
    width = max(len(label) for label in CELL_LABELS.values())
    text = "\n".join(
        [
            content.title,
            "=" * len(content.title),
            "",
            f"{here}\nSHA-256 of its document: {digest}",
            "",
            content.plain.strip(),
            "",
            "Rules",
            "-----",
            *(f"{number}. {words}" for number, words in enumerate(sentences, start=1)),
            "",
            "At a glance",
            "-----------",
            *(
                f"{CELL_LABELS[name].ljust(width)}  {answer}"
                for name, answer in found.items()
                if answer
            ),
            "",
            "Legal text",
            "----------",
            content.legal.strip(),
            "",
            f"To the public domain: CC0-1.0, {LICENCE}",
            "",
        ]
    )
    table = [
        "| | |",
        "|---|---|",
        *(f"| {CELL_LABELS[name]} | {answer} |" for name, answer in found.items() if answer),
    ]
    markdown = "\n".join(
        [
            f"# {content.title}",
            "",
            f"<{here}>  \nSHA-256 of its document: `{digest}`",
            "",
            content.plain.strip(),
            "",
            "## Rules",
            "",
            *(f"{number}. {words}" for number, words in enumerate(sentences, start=1)),
            "",
            "## At a glance",
            "",
            *table,
            "",
            "## Legal text",
            "",
            content.legal.strip(),
            "",
            f"To the public domain: [CC0-1.0]({LICENCE}).",
            "",
        ]
    )
    return (
        Bytes("txt", TEXT, text.encode()),
        Bytes("md", "text/markdown; charset=utf-8", markdown.encode()),
    )
