"""What people see: base templates, components, words, icons and the assets behind them; no models."""
