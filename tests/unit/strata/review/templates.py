"""Small templates for the tests of reviews."""

from strata.review import compare_templates, load_knowledge


def resource(kind, properties=None, **attributes):
    return {"Type": kind, "Properties": properties or {}} | attributes


def template(**resources):
    return {"Resources": resources}


def points(old, new):
    """Give what is told about two sets of resources, sizes left out."""
    found = compare_templates({"Resources": old}, {"Resources": new}, load_knowledge())
    return [one for one in found if one.topic != "size"]


def texts(old, new):
    return [one.text for one in points(old, new)]
