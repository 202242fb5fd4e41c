"""Suomen Asiakastieto (Enento): credit information of persons and companies."""
