"""Case endings of a number in Kazakh: "22-ден", "10:00-ге". The last word it is read with decides."""

from __future__ import annotations

from typing import Literal

__all__ = ["Case", "with_ending"]

Case = Literal["", "dative", "locative", "ablative"]

# The last word of a number: 0 нөл, 1 бір, ... 10 он, ... 100 жүз, 1000 мың. Endings: dative, locative, ablative.
_FRONT_VOICED = ("ге", "де", "ден")  # нөл бір екі жеті сегіз елу жүз
_FRONT_VOICELESS = ("ке", "те", "тен")  # үш төрт бес жетпіс
_BACK_VOICED = ("ға", "да", "дан")  # алты тоғыз жиырма отыз
_BACK_VOICELESS = ("қа", "та", "тан")  # қырық алпыс
_BACK_NASAL = ("ға", "да", "нан")  # он мың миллион
_FRONT_NASAL = ("ге", "де", "нен")  # сексен

_UNITS = {
    0: _FRONT_VOICED, 1: _FRONT_VOICED, 2: _FRONT_VOICED, 3: _FRONT_VOICELESS, 4: _FRONT_VOICELESS,
    5: _FRONT_VOICELESS, 6: _BACK_VOICED, 7: _FRONT_VOICED, 8: _FRONT_VOICED, 9: _BACK_VOICED,
}  # fmt: skip
_TENS = {
    1: _BACK_NASAL, 2: _BACK_VOICED, 3: _BACK_VOICED, 4: _BACK_VOICELESS, 5: _FRONT_VOICED,
    6: _BACK_VOICELESS, 7: _FRONT_VOICELESS, 8: _FRONT_NASAL, 9: _BACK_NASAL,
}  # fmt: skip
_COLUMN = {"dative": 0, "locative": 1, "ablative": 2}


def _endings(number: int) -> tuple[str, str, str]:
    if number % 10 or not number:
        return _UNITS[number % 10]
    if number % 100:
        return _TENS[number // 10 % 10]
    return _FRONT_VOICED if number % 1000 else _BACK_NASAL


def with_ending(text: str, number: int, case: Case) -> str:
    """`text`, which ends in `number`, in a case: with_ending("14:05", 5, "locative") is "14:05-те"."""
    return f"{text}-{_endings(abs(number))[_COLUMN[case]]}" if case else text
