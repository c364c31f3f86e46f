"""A provider on this machine: speaks the providers' protocols, draws real images, and fails on demand.

May import: domain, images, adapters.registry for who draws, settings; never an adapter, which it tries out.
"""
