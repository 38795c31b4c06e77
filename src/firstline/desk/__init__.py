"""The technician's pages: what is next, tickets, devices."""
