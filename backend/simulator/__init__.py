"""A provider on this machine: speaks the providers' protocols, draws real images, and fails on demand.

May import: domain, images, settings; of adapters what builds who draws, never an adapter, which it tries out.
"""
