"""The long form of the tests of reliability: `make soak`. Not collected by pytest."""
