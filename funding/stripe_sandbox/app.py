"""The WSGI application: Stripe's API, the hosted pages and the side door over one account."""

from __future__ import annotations

from flask import Flask

from funding.stripe_sandbox import api, checkout, hosted_invoice, portal, side_door, wire
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.webhooks import Deliverer


def create_app(account: Account, deliverer: Deliverer) -> Flask:
    """An application over an account. The side door switches ``deliverer``; it starts elsewhere."""
    app = Flask(__name__)
    wire.mount(app, account, api.OPERATIONS)
    app.register_blueprint(checkout.pages(account))
    app.register_blueprint(portal.pages(account))
    app.register_blueprint(hosted_invoice.pages(account))
    app.register_blueprint(side_door.doors(account, deliverer))
    return app
