"""What `./firstline` does before the product's own environment exists; standard library only."""
