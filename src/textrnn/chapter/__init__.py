"""What docs/chapter.md measures and draws."""
