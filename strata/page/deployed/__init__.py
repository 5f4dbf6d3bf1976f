"""The deployed CloudWatch dashboard, read from its body and drawn with the emulated lake's data."""
