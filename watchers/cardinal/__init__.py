"""OCP's Cardinal, told again: its eleven indicators over a whole data set, with its settings file and results object.

Here lives what `baqylau check --format cardinal` answers, so that users of Cardinal can switch and compare.
Definitions, defaults, exclusions and fences are Cardinal's (github.com/open-contracting/cardinal-rs, 0.0.8), not those
of `watchers.indicators`, which judge one release and know the law. Nothing here knows files, processes or words.

One difference is on purpose: R030 compares moments, Cardinal compares the dates as text. docs/check.md lists it.
"""

from watchers.cardinal.fold import Folding
from watchers.cardinal.partial import Partial
from watchers.cardinal.results import results_of
from watchers.cardinal.settings import Settings, SettingsError, read_settings

__all__ = ["Folding", "Partial", "Settings", "SettingsError", "read_settings", "results_of"]
