"""A provider on this machine: speaks the providers' protocols, draws real images, and fails on demand."""
