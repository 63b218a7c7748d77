"""See inside recurrent networks: step by step, every gate, every gradient."""
