"""Pages of any implementation, read leniently: their text, and what a user can press, fill in or follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

Attributes = Mapping[str, str]
Pairs = list[tuple[str, str]]

_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_UNSEEN: Final = frozenset({"script", "style", "template"})
_NOT_SENT: Final = frozenset({"submit", "button", "image", "reset", "file"})
_NOT_EDITED: Final = frozenset({"hidden", "submit", "button", "image", "reset"})
_UNREAD: Final = _NOT_EDITED | {"checkbox", "radio", "password", "file"}
_ADDRESSES: Final = ("href", "src", "action", "formaction", "poster", "data")


@dataclass(slots=True)
class Element:
    """A tag with its attributes, and the text inside it."""

    tag: str
    attributes: Attributes
    texts: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """The text inside, white space collapsed."""
        return " ".join("".join(self.texts).split())

    def get(self, name: str) -> str:
        """Give an attribute, empty when it is not there."""
        return self.attributes.get(name, "")


@dataclass(slots=True)
class Form:
    """A form: what it is, and its controls in order."""

    element: Element
    controls: list[Element] = field(default_factory=list[Element])
    options: dict[int, list[Element]] = field(default_factory=dict[int, list[Element]])

    def filled(self, values: Mapping[str, str], pressed: Element | None = None) -> Pairs:
        """Give what the form sends when it is filled in so. A box that is to be ticked is given any value but ""."""
        pairs: Pairs = []
        for control in self.controls:
            name, kind = control.get("name"), _kind(control)
            if control is pressed and name:
                pairs.append((name, control.get("value")))
            elif name and kind not in _NOT_SENT and control.tag != "button" and "disabled" not in control.attributes:
                pairs += [(name, value) for value in self._sent(control, kind, values.get(name))]
        return pairs

    def _sent(self, control: Element, kind: str, given: str | None) -> list[str]:
        if kind in ("checkbox", "radio"):
            own = control.get("value") or "on"
            is_on = "checked" in control.attributes if given is None else _is_chosen(kind, own, given)
            return [own] if is_on else []
        if given is not None:
            return [given]
        if control.tag == "select":
            return _chosen(self.options.get(id(control), []))
        return ["".join(control.texts) if control.tag == "textarea" else control.get("value")]


def _is_chosen(kind: str, own: str, given: str) -> bool:
    return bool(given) if kind == "checkbox" else own == given


def _chosen(options: list[Element]) -> list[str]:
    selected = [one for one in options if "selected" in one.attributes] or options[:1]
    return [one.attributes.get("value", one.text) for one in selected]


def _kind(control: Element) -> str:
    return control.get("type").lower() or "text" if control.tag == "input" else control.tag


@dataclass(frozen=True, slots=True)
class Control:
    """What a user can press: a button of a form, or a link."""

    element: Element
    form: Form | None

    @property
    def names(self) -> frozenset[str]:
        """Everything it may be called by: its text, its value, its label for screen readers, its id."""
        element = self.element
        given = (element.text, *(element.get(name) for name in ("value", "aria-label", "title", "id")))
        return frozenset(normal(one) for one in given if one)


class Page:
    """A page of HTML. `text` is what a reader sees, white space collapsed."""

    def __init__(self, html: str) -> None:
        reader = _Reader()
        reader.feed(html)
        reader.close()
        self.elements = reader.elements
        self.forms = reader.forms
        self.controls = reader.controls
        self.text = " ".join("".join(reader.seen).split())
        self._normal = self.text.casefold()
        self._bare = _bare(self.text)

    def control(self, names: Iterable[str]) -> Control | None:
        """Give the control that has one of the names; an earlier name is preferred."""
        for name in map(normal, names):
            for control in self.controls:
                if name in control.names:
                    return control
        return None

    def says(self, text: str) -> bool:
        """Whether a reader sees this text, without regard to case and white space."""
        return normal(text) in self._normal

    def shows(self, datum: str) -> bool:
        """Whether a reader sees this datum, however its letters and digits are set apart."""
        return _bare(datum) in self._bare

    def editable(self) -> list[Element]:
        """Give the fields that a user can change, in a form or not."""
        return [
            one
            for one in self.elements
            if one.tag in ("input", "select", "textarea")
            and _kind(one) not in _NOT_EDITED
            and not {"readonly", "disabled"} & one.attributes.keys()
        ]

    def addresses(self) -> list[str]:
        """Give every address on the page."""
        found = (one.get(name) for one in self.elements for name in _ADDRESSES)
        return [address for address in found if address]

    @property
    def base(self) -> str:
        """The address from which those of the page are read, if it names one."""
        return next((one.get("href") for one in self.elements if one.tag == "base" and one.get("href")), "")

    @property
    def refreshes_to(self) -> str | None:
        """Where the page sends the browser by itself, if it does."""
        for one in self.elements:
            if one.tag == "meta" and one.get("http-equiv").lower() == "refresh":
                _, found, target = one.get("content").partition("=")
                if found:
                    return target.strip(" '\"")
        return None


def normal(text: str) -> str:
    """Give a text as it is compared: without regard to case and white space."""
    return " ".join(text.split()).casefold()


def _bare(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.forms: list[Form] = []
        self.controls: list[Control] = []
        self.seen: list[str] = []
        self._open: list[Element] = []
        self._form: Form | None = None
        self._select: Element | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)
        if tag == "form":
            self._form = Form(element)
            self.forms.append(self._form)
        elif tag in ("input", "button", "select", "textarea"):
            self._take(element)
        elif tag == "option" and self._form and self._select:
            self._form.options.setdefault(id(self._select), []).append(element)
        elif tag == "a" and "href" in element.attributes:
            self.controls.append(Control(element, None))
        # Data may be shown in fields that cannot be changed.
        is_shown = tag == "input" and _kind(element) not in _UNREAD
        self.seen.append(f" {element.get('value')} " if is_shown else " ")

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                break
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        self.seen.append(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)
        if not any(element.tag in _UNSEEN for element in self._open):
            self.seen.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: FBT001, FBT002 - as it is called
        """Read `<![…` as browsers do: as a comment. The parser of some versions of Python takes it for a mistake."""
        return self.parse_bogus_comment(i, report)

    def _take(self, element: Element) -> None:
        form = self._form or self._named(element.get("form"))
        if element.tag == "select":
            self._select = element
        if form is None:
            return
        form.controls.append(element)
        if _kind(element) in ("submit", "image") or (
            element.tag == "button" and element.get("type").lower() in ("", "submit")
        ):
            self.controls.append(Control(element, form))

    def _named(self, id: str) -> Form | None:
        return next((form for form in self.forms if id and form.element.get("id") == id), None)
