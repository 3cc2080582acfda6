"""Keys, proofs, codes and randomness."""
