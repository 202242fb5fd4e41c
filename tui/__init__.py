"""What people see: full-screen sessions, command line, session server."""
