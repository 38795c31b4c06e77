"""The one connection of an agent: outwards, to its gateway."""
