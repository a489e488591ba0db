"""What the holders of a secret key run on their own machines. Nothing of the running bot may import it."""
