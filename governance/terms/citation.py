"""How a page elsewhere says which term holds there: for people, and for programs. Pure.

What a program reads is one statement, in whichever place it looks: *this page has this policy*
(``odrl:hasPolicy``), and the policy names its term. The HTML also says in RDFa what the link is.
"""

from __future__ import annotations

from html import escape

from governance.terms.document import JSON_LD, Site
from governance.terms.vocabulary import PREFIXES

HAS_POLICY = PREFIXES["odrl"] + "hasPolicy"
DCTERMS = "http://purl.org/dc/terms/"


def policy(site: Site, slug: str, version: str) -> str:
    """The address of the policy of one version of a term."""
    return f"{site.term(slug, version)}/policy.jsonld"


def html(*, site: Site, slug: str, version: str, title: str, alt: str) -> str:
    """A piece of HTML with RDFa: the badge in the reader's colours, a link, and the policy.

    ``alt`` says what the picture shows.
    """
    here = site.term(slug, version)
    prefixes = f"odrl: {PREFIXES['odrl']} dct: {DCTERMS} cc: {site.namespace}"
    return "\n".join(
        [
            f'<p prefix="{escape(prefixes)}">',
            f'  <link property="odrl:hasPolicy" href="{escape(policy(site, slug, version))}">',
            f'  <a property="dct:relation" typeof="cc:PublishedTerm" href="{escape(here)}">',
            "    <picture>",
            '      <source media="(prefers-color-scheme: dark)"'
            f' srcset="{escape(here)}/badge-dark.svg">',
            f'      <img src="{escape(here)}/badge.svg" alt="{escape(alt)}" height="32">',
            "    </picture>",
            f'    <meta property="dct:title" content="{escape(title)}">',
            "  </a>",
            "</p>",
        ]
    )


def link_element(site: Site, slug: str, version: str) -> str:
    """A line for the head of a page, where programs look first."""
    where = policy(site, slug, version)
    return f'<link rel="{HAS_POLICY}" type="{JSON_LD}" href="{escape(where)}">'


def link_header(site: Site, slug: str, version: str) -> str:
    """The same for a server to send with every page (RFC 8288)."""
    return f'Link: <{policy(site, slug, version)}>; rel="{HAS_POLICY}"; type="{JSON_LD}"'
