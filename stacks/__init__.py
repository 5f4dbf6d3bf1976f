"""The lake as an application: the library's constructs, composed into stacks."""
