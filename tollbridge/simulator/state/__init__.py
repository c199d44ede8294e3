"""The state: units of work over memory or SQL, idempotency keys, clock, faults, the call log, snapshots."""
