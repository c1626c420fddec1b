"""A small loopback Stripe for the demo and the tests: stateful, and no real money moves.

A server of its own that imports no app and that no app imports. The ``stripe`` SDK talks to it over
HTTP as it would to Stripe. Start reading at ``billing.py`` (what happens) and ``api.py`` (what is
answered); ``objects`` holds the shapes, ``wire.py`` how a request becomes a call.
"""
