"""Trained models as SavedModels, which TensorFlow runs by itself."""
