"""Pictures that are dropped, pasted or chosen: looked at, asked about, and sent where their visitor says.

May import: what ui/library may.
"""
