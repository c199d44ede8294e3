"""The doors: the simulator as an ASGI application, and its control API."""
