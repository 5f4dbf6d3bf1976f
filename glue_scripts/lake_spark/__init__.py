"""The Spark side of the lake: raw files to validated tables, staged unseen and published whole.

Needs pyspark and boto3 only, both of which AWS Glue brings along, so the folder ships as one zip.
"""
