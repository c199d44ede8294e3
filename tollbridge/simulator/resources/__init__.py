"""The operations of Stripe's resources: one file a resource, and the parts that they share."""
