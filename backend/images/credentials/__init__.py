"""Content Credentials (C2PA): results signed with the owner's certificate, and what other files carry, checked.

Source of what is claimed: C2PA specification 2.2, sections 14.5 (certificates), 18.14 (actions), 18.15 (ingredients).

May import: domain, images; inside functions c2pa.
"""
