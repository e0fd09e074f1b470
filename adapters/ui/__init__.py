"""User interfaces: each shows a page, which is data, and gives back what the user did.

`ScriptedUi` answers from a script, for tests and simulations. `terminal.TerminalUi` asks a person in a terminal; it
needs `rich` and is therefore imported from its own module.
"""

from .scripted import ScriptedUi, UnexpectedPage

__all__ = ["ScriptedUi", "UnexpectedPage"]
