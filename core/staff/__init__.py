"""Staff: accounts, confidentiality agreements, roles, sign-in, sessions, SSH keys, and who looked at whom."""
