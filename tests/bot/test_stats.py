"""`baqylau stats` before there is anything to count."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from bot.cli import app


def test_stats_of_a_database_that_is_not_there_says_so_and_makes_none(tmp_path: Path) -> None:
    config, kept = tmp_path / "config.toml", tmp_path / "var" / "baqylau.sqlite3"
    config.write_text(f'[database]\nurl = "sqlite:///{kept}"\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["stats", "--config", str(config)])
    assert result.exit_code == 1
    assert "is not there yet: baqylau run makes it" in result.stderr
    assert not kept.exists()
