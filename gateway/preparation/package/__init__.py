"""The package that a licensee takes away: files, and the documents that say what they are."""
