"""Address update by files: a selection out, the service's answer back. No service publishes its layout, so all is mapped."""
