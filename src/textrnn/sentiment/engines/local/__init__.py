"""The engine for one machine: several processes, range by range."""
