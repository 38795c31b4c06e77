"""Monitoring: what programs and devices report to be wrong, one alert for one fault."""
