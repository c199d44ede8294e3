"""The HTTP side: strict wire, identity, validation, and the Connexion application around the handlers."""
