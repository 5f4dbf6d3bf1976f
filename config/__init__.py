"""What differs between environments: one validated YAML file each, one frozen model for all."""
