"""What a person sees and does in the browser, in the words of the pages."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

from esozflow.adapters.ui.web.texts import tell
from esozflow.flow import Message
from esozflow.states import Accept, Confirm, Decline, Leave, Name, RegisterAgain, Retry, render
from esozflow.states.texts import Language

CAPTIONS = {
    Confirm: "accept_and_proceed",
    Accept: "accept_and_proceed",
    Decline: "decline",
    Retry: "retry",
    Leave: "leave",
    RegisterAgain: "register_again",
}
_CALM = (Name.CONFIRM, Name.CONSENT, Name.DECLINED)
_NEXT_STEP = re.compile(r"до ПІС|через ПІС|підтримк|to the PIS|in the PIS|support")
_LOOK = r"""
() => {
  const foreign = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), lang = walker.currentNode.parentElement.closest("[lang]").lang;
    const words = text.replace(/\([А-ЯҐЄІЇ]+\)/, "");  // a Ukrainian abbreviation is a name
    const language = /[Ѐ-ӿ]/.test(words) ? "uk" : /^([A-Za-z'-]+[ .,]+){3}/.test(words) ? "en" : lang;
    if (language !== lang) foreign.push(text);
  }
  return {
    foreign,
    lang: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll("h1")].map(one => one.innerText.trim()),
    error: document.querySelector(".box.error, p.wrong") !== null,
    steps: document.querySelectorAll("main button, main a[href]").length,
    main: document.querySelector("main").innerText,
    ids: [...document.querySelectorAll("[id]")].map(one => one.id),
  };
}
"""
_CUT_OFF = """
() => {
  const page = document.documentElement, width = page.clientWidth, cut = [];
  if (page.scrollWidth > width) cut.push(`the page is ${page.scrollWidth} wide`);
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest(".hidden, .skip") || !one.getClientRects().length) continue;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const larger = one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight;
    if (box.left < -0.5 || box.right > width + 0.5 || (style.overflow !== "visible" && larger))
      cut.push(`${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 60)}`);
  }
  return cut;
}
"""


def said(code: str, lang: Language = "uk", **params: str) -> str:
    """Give a text of the pages."""
    return render(Message(code=code, params=params), lang)


_NAMES = {said(f"{name}.title"): name for name in reversed(Name) if said(f"{name}.title") != f"{name}.title"}


def button(page: Page, event: type, lang: Language = "uk") -> Locator:
    """Give the button of an event."""
    return page.get_by_role("button", name=said(CAPTIONS[event], lang), exact=True)


def press(page: Page, *events: type, lang: Language = "uk") -> None:
    """Press the button of each event in turn, and wait for the page that follows."""
    for event in events:
        with page.expect_navigation():
            button(page, event, lang).click()


def at_page(page: Page) -> Name:
    """Give the name of the page that is shown in Ukrainian."""
    return _NAMES[page.locator("h1").inner_text()]


def cut_off(page: Page) -> list[str]:
    """Give what cannot be seen without scrolling sideways, or at all."""
    return page.evaluate(_CUT_OFF)


def flaws(page: Page, lang: Language = "uk") -> list[str]:
    """Give what no page may lack: one heading, its languages, a title that tells of an error, a next step."""
    seen = page.evaluate(_LOOK)
    found = [f"in the wrong language: {text}" for text in seen["foreign"]]
    if seen["lang"] != lang:
        found.append(f"lang {seen['lang']}")
    if len(seen["headings"]) != 1 or not seen["headings"][0] or seen["headings"][0] not in seen["title"]:
        found.append(f"headings {seen['headings']} under the title {seen['title']}")
    calm = {tell("in_progress.title", lang), *(said(f"{name}.title", lang) for name in _CALM)}
    is_error = seen["error"] or not calm & set(seen["headings"])
    if seen["title"].startswith(f"{tell('error_title', lang)}: ") is not is_error:
        found.append(f"title {seen['title']}")
    if not seen["steps"] and not _NEXT_STEP.search(seen["main"]):
        found.append("no next step")
    if len(set(seen["ids"])) != len(seen["ids"]):
        found.append(f"ids {seen['ids']}")
    return found
