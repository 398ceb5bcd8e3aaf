"""codeiod_sandbox: run untrusted Python programs, fast and contained; usable without the daemon."""
