"""What helps to write answers: text modules with variables, signatures."""
