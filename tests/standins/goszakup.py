"""Runs the stand-in of Kazakhstan's procurement API by hand or beside a test.

`python -m tests.standins.goszakup --port 8095 --seed 1 --days 3 --per-day 5000 --speed 60`: a country that has lived
three days already and lives a minute in a second from now on. Everything is in `bot.sandbox.goszakup`.
"""

from bot.sandbox.goszakup.__main__ import main

if __name__ == "__main__":
    main()
