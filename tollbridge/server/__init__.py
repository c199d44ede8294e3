"""The HTTP side: strict wire, identity, validation, and the Connexion application around the handlers."""

import warnings

with warnings.catch_warnings():
    # connexion 3.3.0 imports Starlette's test client, which (1.10.0) warns of httpx; nobody who serves can help it.
    warnings.simplefilter("ignore")
    import connexion as connexion
