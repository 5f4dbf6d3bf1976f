"""Public parameters that AWS publishes and the templates look up.

The layer behind the parameter is not used: functions run on this machine's Python, where the same
version of Powertools is installed.
"""

from importlib.metadata import version

from strata.local.plugin.hooks import Entry

_POWERTOOLS = version("aws-lambda-powertools")

HOOKS = (
    Entry(
        "ministack.services.ssm",
        "_PUBLIC_AMI_PARAMETERS",
        f"/aws/service/powertools/python/arm64/python3.14/{_POWERTOOLS}",
        "functions name the Powertools layer by its public parameter",
        "arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python314-arm64:1",
    ),
)
