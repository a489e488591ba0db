"""What a filter would have sent in the last days, by the purchases stored: counted by the rows that match new ones."""

from alerts.preview.foresight import Foresight, Preview
from alerts.preview.recent import Recent, Seen
from alerts.preview.remedies import Remedy

__all__ = ["Foresight", "Preview", "Recent", "Remedy", "Seen"]
