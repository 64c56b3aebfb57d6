"""Running scripts that were written for other Kerases."""
