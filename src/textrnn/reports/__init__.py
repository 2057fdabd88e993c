"""What `metrics/` holds, to read: a page, a card for each model, DVC's plots offline."""
