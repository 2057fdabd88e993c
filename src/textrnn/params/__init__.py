"""params.yaml as frozen, typed objects: one schema a stage, in a file of its own."""
