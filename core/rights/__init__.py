"""People's rights as cases (GDPR 15-22, P17-P24): received, answered in time, proved."""
