"""From one assembly to every environment: assembled once, promoted by its digest."""
