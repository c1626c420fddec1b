"""Stripe's objects as JSON: pure builders, one per kind, in the shape of the pinned API version.

Each takes what differs and answers with every key that Stripe shows. Amounts are integer minor
units, moments are Unix seconds, currencies are lower-case ISO 4217 codes.
"""
