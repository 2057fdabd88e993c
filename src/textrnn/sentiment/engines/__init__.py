"""What can carry out vocab and encode: see `engine`, which calls one of them."""
