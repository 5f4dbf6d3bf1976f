"""The local lake: the synthesised templates, deployed to an emulator on loopback."""
