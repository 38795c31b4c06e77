"""Work on devices: commands and diagnostics, consented to at the device, with every byte of output kept."""
