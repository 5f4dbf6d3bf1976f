"""How a state machine sends a notice, and keeps it where it cannot be sent."""

from dataclasses import dataclass

from data_lake.asl import States, task
from data_lake.retries import NOT_DELIVERED

_LONGEST_CAUSE = 1000
"""Characters of an error's cause that are kept with a notice."""


@dataclass(frozen=True)
class Notices:
    """Where notices go.

    Attributes:
        topic_arn: the topic that gets them.
        unsent_url: the queue that gets what the topic does not take, to be sent again.
        runbooks: the folder or URL of the runbooks.
    """

    topic_arn: str
    unsent_url: str
    runbooks: str

    def states(
        self, name: str, subject: str, message: str, *, then: str | None, lost: str | None = None
    ) -> States:
        """Give the state that sends a notice, and the one that keeps it if that fails.

        Neither replaces the error that the notice tells of.

        Args:
            name: the state's name, such as ``NotifyFailure``; what keeps the notice is then
                ``KeepFailureNotice``.
            subject: JSONata for the subject.
            message: JSONata for the message.
            then: the next state. ``None`` ends the branch.
            lost: the state that follows where the notice can be neither sent nor kept. Default:
                the next state.

        Raises:
            ValueError: there is neither a next state nor one for a lost notice.
        """
        ending = lost or then
        if ending is None:
            raise ValueError(f"{name}: lost: must be given where no state follows: got None")
        keep = f"Keep{name.removeprefix('Notify')}Notice"
        kept = (
            f"{{% $string({{'Subject': {subject}, 'Message': {message}, 'Failure': "
            "{'Error': $states.input.Error, 'Cause': $substring($states.input.Cause, 0, "
            f"{_LONGEST_CAUSE})}}}}) %}}"
        )
        return {
            name: task(
                "sns:publish",
                {
                    "TopicArn": self.topic_arn,
                    "Subject": f"{{% {subject} %}}",
                    "Message": f"{{% {message} %}}",
                },
                retries=[NOT_DELIVERED],
                catch=keep,
                catch_assign={},
                then=then,
            ),
            keep: task(
                "sqs:sendMessage",
                {"QueueUrl": self.unsent_url, "MessageBody": kept},
                retries=[NOT_DELIVERED],
                catch=ending,
                catch_assign={},
                then=then,
            ),
        }
