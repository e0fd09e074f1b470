"""The page of a state on which the user may ask for a call again that certainly did nothing, or does no harm."""

from __future__ import annotations

from ..flow import Action, Message, Page
from .events import Retry
from .names import Name
from .signup import SignUp


def retry_page(name: Name, section: str, signup: SignUp, messages: tuple[Message, ...]) -> Page:
    return Page(
        name=name,
        section=section,
        title=Message(code=f"{name}.title"),
        messages=messages,
        actions=(Action(label=Message(code="retry"), event=Retry),),
        request_id=signup.request_id,
    )
