"""Running text → a character-level language model: the second project of the chapter."""
