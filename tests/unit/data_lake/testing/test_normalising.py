"""What a normalised template no longer shows, and what it still does."""

import json

from data_lake.testing import normalise

HASH = "0123456789abcdef" * 4


def bucket(**properties: object) -> dict[str, object]:
    return {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}}


def properties(template: dict[str, object]) -> dict[str, object]:
    normal = normalise(template)
    found: dict[str, object] = normal["Resources"]["Bucket"]["Properties"]
    return found


def test_hashes_of_assets_are_masked_wherever_they_stand() -> None:
    given = {"Key": f"{HASH}.zip", "Uri": {"Fn::Sub": f"s3://assets/{HASH}.json"}}
    assert properties(bucket(**given)) == {
        "Key": "<asset>.zip",
        "Uri": {"Fn::Sub": "s3://assets/<asset>.json"},
    }


def test_longer_and_shorter_numbers_are_not_taken_for_hashes() -> None:
    given = {"Digest": HASH + "0", "Short": HASH[1:]}
    assert properties(bucket(**given)) == given


def test_the_order_of_what_aws_reads_as_a_set_does_not_matter() -> None:
    tags = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]
    actions = {"Action": ["s3:PutObject", "s3:GetObject"], "Effect": "Allow"}
    one = bucket(Tags=tags, Statement=[actions, {"Effect": "Deny"}])
    other = bucket(
        Statement=[{"Effect": "Deny"}, {**actions, "Action": actions["Action"][::-1]}],
        Tags=tags[::-1],
    )
    assert json.dumps(normalise(one)) == json.dumps(normalise(other))


def test_the_order_of_other_lists_is_kept() -> None:
    given = {"Rules": [{"Id": "b"}, {"Id": "a"}]}
    assert properties(bucket(**given)) == given


def test_joined_references_are_one_text() -> None:
    parts = ["arn:aws:s3:::", {"Ref": "Bucket"}, "/", {"Fn::GetAtt": ["Key", "Arn"]}]
    assert properties(bucket(Arn={"Fn::Join": ["", parts]})) == {
        "Arn": "arn:aws:s3:::${Bucket}/${Key.Arn}"
    }


def test_a_join_of_what_is_no_reference_stays_a_join() -> None:
    join = {"Fn::Join": [",", ["a", {"Fn::Select": [0, ["x"]]}]]}
    assert properties(bucket(Names=join)) == {"Names": join}


def test_json_inside_a_text_is_shown_as_what_it_holds() -> None:
    definition = {"Fn::Join": ["", ['{"StartAt":"Open","Role":"', {"Ref": "Role"}, '"}']]}
    assert properties(bucket(DefinitionString=definition)) == {
        "DefinitionString": {"json": {"Role": "${Role}", "StartAt": "Open"}}
    }


def test_a_text_that_only_looks_like_json_stays_a_text() -> None:
    assert properties(bucket(Query="{% $states.input %}")) == {"Query": "{% $states.input %}"}


def test_what_the_cdk_adds_for_its_own_use_is_left_out_and_nothing_else() -> None:
    template = {
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Metadata": {"aws:cdk:path": "Storage/Bucket", "aws:asset:path": "asset.1"},
            },
            "Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"Reviewed": "yes"}},
        },
        "Parameters": {"BootstrapVersion": {"Type": "String"}, "Size": {"Type": "Number"}},
        "Rules": {"CheckBootstrapVersion": {}},
    }
    assert normalise(template) == {
        "Parameters": {"Size": {"Type": "Number"}},
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"Reviewed": "yes"}},
        },
    }


def test_a_normalised_template_does_not_change_any_more() -> None:
    definition = '{"States": {"Open": {"Type": "Pass"}}}'
    once = normalise(bucket(Key=HASH, Definition=definition))
    assert normalise(once) == once
