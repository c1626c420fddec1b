"""Pictures of results, drawn on the server: a result's JSON and labels in, rows to draw out. Pure.

Every number here is the result's own. Lengths are in units of a drawing that is ``WIDTH`` wide;
labels and numbers are text beside it, readable at every width.
"""
