# The record's newest checkpoint: its name, its size, its root, who signed it.
curl --silent --fail "$ORIGIN/record/checkpoint"

# The proof that a term is in it. It brings the entry along, and verifies offline.
curl --silent --fail "$ORIGIN/terms/no-stalking/1.0.0/proof.tlog-proof"
