"""The one exception that the command line shows as a sentence, not as a traceback."""


class StrataError(Exception):
    """Something a person can mend; the message says what happened and what to do next."""
