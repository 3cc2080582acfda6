"""What a sign-in holds at each node: one module for each mechanism."""
