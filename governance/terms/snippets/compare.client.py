import os

from customer_commons import Client, Relation, compare

client = Client(os.environ["ORIGIN"], identity=os.environ["IDENTITY"])
ours = client.term("no-stalking", "1.0.0").document["rules"]
asked = client.term("service-delivery-only", "1.0.0").document["rules"]
found = compare(ours, asked, client.vocabulary())
if found.relation in (Relation.SAME, Relation.STRICTER):
    print("Whoever accepts ours gives all that is asked.")
for difference in found.differences:
    print(difference.act, difference.one, difference.other)
