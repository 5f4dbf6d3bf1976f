"""What a lake costs in a month: from its templates, stated usage, and dated prices."""
