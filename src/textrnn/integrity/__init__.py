"""Whether the bytes of cache, remote and workspace are those that were once recorded."""
