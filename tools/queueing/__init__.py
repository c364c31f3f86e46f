"""How long visitors wait for an image on so many devices: a simulation of the line, and the theory that it is held to."""
