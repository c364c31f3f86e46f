"""What the machine has that is set up: room on the disk, a GPU, a line to an index, Debian's packages."""
