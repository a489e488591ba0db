"""`python -m bot` is `baqylau`."""

from bot.cli import main

if __name__ == "__main__":
    main()
