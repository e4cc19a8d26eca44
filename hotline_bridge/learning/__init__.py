"""What triage learns from: labelled texts, the desk's corrections; and what a change of the rules would do."""
