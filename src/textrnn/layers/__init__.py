"""Recurrent layers whose training step is fast on a CPU, with Keras's weights and results."""
