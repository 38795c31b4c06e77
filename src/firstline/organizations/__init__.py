"""Organisations, their sites and departments, teams with a tier, services, and the installation itself."""
