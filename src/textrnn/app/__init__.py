"""A page to play with the models: what `serving` finds, shown in a browser on this machine."""
