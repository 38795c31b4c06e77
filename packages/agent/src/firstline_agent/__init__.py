"""The program on a device: inventory, health, and work done with the user's consent."""

VERSION = "0.1.0"
