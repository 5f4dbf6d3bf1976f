"""What a change of the templates does, in words that somebody can review."""

from strata.review.comparing import compare_templates
from strata.review.knowledge import Knowledge, load_knowledge
from strata.review.points import Point, Topic, Weight

__all__ = ["Knowledge", "Point", "Topic", "Weight", "compare_templates", "load_knowledge"]
