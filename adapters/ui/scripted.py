"""A user who follows a script: for tests, simulations and demonstrations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...flow import Event, Page, UsageError

Step = Event | Callable[[Page], Event | None] | None
"""What the user does when a page is shown: an event, what a function makes of the page, or (`None`) nothing."""


class UnexpectedPage(UsageError):
    """A page was shown that the script has no step for. `page` is its name."""

    default_code = "unexpected_page"

    def __init__(self, page: Page, *, shown: int) -> None:
        codes = ", ".join(message.code for message in page.messages) or "none"
        super().__init__(
            f"The script has no step for page {page.name}, shown {shown} times; its messages: {codes}",
            hint=f"Add a step to script['{page.name}'], None if the user leaves there, or correct what led to it.",
        )
        self.page = page.name


class ScriptedUi:
    """Implements `UserInterface`: `script` gives, for each page by its name, the steps to take in order.

    Each step serves once; an empty sequence says that the page is expected and that the user only reads it. `pages`
    holds every page seen, in order.
    """

    def __init__(self, script: Mapping[str, Sequence[Step]]) -> None:
        self.pages: list[Page] = []
        self._script = {str(name): tuple(steps) for name, steps in script.items()}
        self._taken = dict.fromkeys(self._script, 0)

    @property
    def unused(self) -> Mapping[str, int]:
        """How many steps of each page have not been taken; pages without any are left out."""
        left = {name: len(steps) - self._taken[name] for name, steps in self._script.items()}
        return {name: number for name, number in left.items() if number}

    def show(self, page: Page) -> Event | None:
        """Record the page and take its next step. Raises `UnexpectedPage` when there is none."""
        self.pages.append(page)
        steps = self._script.get(page.name)
        if steps == ():
            return None
        taken = self._taken.get(page.name, 0)
        if steps is None or taken == len(steps):
            raise UnexpectedPage(page, shown=sum(seen.name == page.name for seen in self.pages))
        self._taken[page.name] = taken + 1
        step = steps[taken]
        return step(page) if callable(step) else step
