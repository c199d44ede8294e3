"""The ways in which a mutant changes the server.

Each hides the signature of its seam, so that a mutant says what it changes and nothing else. `change_…` lets a
function change a value on its way; `replace_…` lets a function stand in for a step of the server's, which it may
still take itself.
"""
