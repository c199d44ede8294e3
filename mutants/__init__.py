"""The kill matrix: our own server with one fault each, and our own server made different but right.

`python -m mutants` judges them all with the harness, and the faulty ones with stock Schemathesis too.
"""
