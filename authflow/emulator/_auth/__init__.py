"""Sign-in: AuthFlows start it, challenge handlers take the answers, and ``progress`` decides the next reply."""
