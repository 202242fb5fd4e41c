"""Every area's actions, a module for each part of the house."""
