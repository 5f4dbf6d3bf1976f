"""Whether an account is ready for its first deployment, and what to do where it is not."""
