"""A person by photos: who in the lake they are, and every face of theirs. Nothing of a photo is stored."""
