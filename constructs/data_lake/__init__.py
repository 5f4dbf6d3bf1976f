"""Strata's library: constructs and contracts of a data lake that other CDK apps can use."""
