"""What each of Stripe's resources does: one file a resource, and what they share."""
