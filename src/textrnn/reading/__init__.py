"""A corpus read: labelled texts as rows, whatever files they come in; a running text by markers."""
