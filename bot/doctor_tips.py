"""What `baqylau doctor` finds about tips: who reads them, where monitors meet, what would make them less safe."""

from __future__ import annotations

from bot.checked import Checked
from bot.config import Config
from bot.tips.sealing import BadKey, Recipient

__all__ = ["examine_tips"]


def examine_tips(config: Config) -> list[Checked]:
    """Looks at the section [tips] alone. Never raises for what it finds."""
    tips = config.tips
    if not tips.keys and tips.mode == "sealed":
        return [Checked("tips", True, "none are taken: there is no public key")]
    try:
        prints = [Recipient.read(key).fingerprint for key in tips.keys]
    except BadKey as error:
        return [Checked("tips", False, str(error), "set tips.public_keys to what baqylau tips keygen printed")]
    found = [Checked("tips", True, f"sealed to {', '.join(prints)}")] if tips.mode == "sealed" else []
    if tips.mode == "forward":
        seen = "they are passed on readable to the monitors' group, which is less safe"
        found.append(Checked("tips", bool(tips.group), seen, "set tips.mode to sealed, and tips.group", warning=True))
    for missing, seen, mend in (
        (not tips.group, "nobody is told of a new one", "set tips.group to the chat id of the monitors' group"),
        (not (tips.reviewers or tips.leads), "nobody may follow one", "set tips.reviewers and tips.leads"),
        (len(prints) == 1, "one key alone can read them", "add the public key of a second person"),
        (
            not tips.secret.get_secret_value(),
            "a new bot token would cut the ways back to tippers",
            "set tips.secret (BAQYLAU_TIPS__SECRET) to a long random text",
        ),
    ):
        if missing:
            found.append(Checked("tips", True, seen, mend, warning=True))
    return found
