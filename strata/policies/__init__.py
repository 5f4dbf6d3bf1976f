"""What the policy rules found in the lake, and why each finding is right."""
