"""Where a paper goes next, and by when: the bank's rules as pure functions of values."""
