"""People, how they sign in, their roles and skills, and the actor that every request acts as."""
