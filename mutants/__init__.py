"""The kill matrix: our own server with one fault each, and our own server made different but right.

`python -m mutants` lets the harness judge them all, and stock Schemathesis the faulty ones too.

- `faulty/`: the faults, a file for each area; `legal.py`: the differences that are right. A one-line change is a row
  of a table, a longer one is a function; both say in a sentence what is different, and who wrote them.
- `patches/`: the ways in which they change the server, such as the answer, the create of an intent, a token's account.
- `seams.py`: the places of the server that are changed, each named once.
- `catalogue.py` has all of them by name, `serve.py` serves one, `matrix.py` lets one be judged and prints the table.
"""
