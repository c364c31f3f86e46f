"""How long visitors wait for an image on so many devices: a simulation of the line, held to Erlang's formula."""
