"""What `--help` says of each command."""

import pytest

from kazashi.cli import TOPICS, command


@pytest.mark.parametrize("word", TOPICS)
def test_no_help_has_square_brackets_which_are_taken_for_markup(word):
    commands = [command(word)]
    for each in commands:
        commands += getattr(each, "commands", {}).values()
        helps = [each.help, *(getattr(option, "help", "") for option in each.params)]
        assert not [text for text in helps if "[" in (text or "")]
