"""The house's memory. Only this package speaks SQL."""
