"""What the owner of a contract asks of it: is it sound, what does it promise, what does a change break."""

from tollbridge.contracts.check import checked_contract
from tollbridge.contracts.complaint import Complaint, Verdict

__all__ = ["Complaint", "Verdict", "checked_contract"]
