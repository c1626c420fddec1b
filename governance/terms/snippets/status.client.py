import os
import warnings

from customer_commons import Client

client = Client(os.environ["ORIGIN"], identity=os.environ["IDENTITY"])
term = client.term("no-stalking", "1.0.0")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # each concern is a warning too; here they are printed
    status = client.status(term)  # signed, about this hash
print(status.status, "until", status.expires)
for concern in status.concerns:  # StatusExpired, NotInForce
    print(type(concern).__name__, concern)
