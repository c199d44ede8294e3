"""The harness has two trees: a finding says that the target is wrong, an error that it could not be asked."""


class VerifyError(Exception):
    """The target could not be asked; the sentence says why and what to do."""
