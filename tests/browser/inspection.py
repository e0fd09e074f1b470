"""What a page must have, whichever it is: judged from what the browser made of it."""

from __future__ import annotations

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from esozflow.adapters.demo.pis_site.texts import site_text
from esozflow.adapters.ui.web.texts import tell
from esozflow.states import Name
from esozflow.states.texts import Language

from .person import said
from .services import MOTHER

WIDE = {"width": 1280, "height": 800}
ZOOMED = {"width": 320, "height": 256}
"""What 1280 by 1024 leaves at 400 % (WCAG 2.2, 1.4.10)."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_CALM = (Name.PREPARE, Name.SIGN, Name.HAND_OVER, Name.CONFIRM, Name.CONSENT, Name.DECLINED, Name.SIGNED_UP)
_NEXT_STEP = re.compile(r"до ПІС|через ПІС|підтримк|to the PIS|in the PIS|support")
_LOOK = r"""
() => {
  const foreign = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), lang = walker.currentNode.parentElement.closest("[lang]").lang;
    const words = text.replace(/\([А-ЯҐЄІЇ]+\)/, "").replace(NAME, "");  // what is a name needs no language
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
_AXE = """
async rules => {
  const seen = await axe.run(document, {runOnly: rules, resultTypes: ["violations"], selectors: false, preload: false});
  const found = seen.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`));
  return [seen.passes.length, found];
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
    // What is typed into a field moves in it.
    const hides = style.overflow !== "visible" && larger && !one.matches("input, select");
    if (box.left < -0.5 || box.right > width + 0.5 || hides)
      cut.push(`${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 60)}`);
  }
  return cut;
}
"""


def violations(page: Page, *rules: str) -> list[str]:
    """Give what axe finds, by all rules of WCAG 2.2 AA and its best practices, or by `rules` alone."""
    if page.evaluate("!('axe' in window)"):
        page.evaluate(AXE_SCRIPT)
    looked, found = page.evaluate(_AXE, list(rules or RULES))
    assert looked, "axe looked at nothing"
    return found


def cut_off(page: Page) -> list[str]:
    """Give what cannot be seen without scrolling sideways, or at all."""
    return page.evaluate(_CUT_OFF)


def flaws(page: Page, lang: Language = "uk") -> list[str]:
    """Give what no page may lack: one heading, its languages, a title that tells of an error, a next step."""
    seen = page.evaluate(_LOOK.replace("NAME", repr(MOTHER)))
    found = [f"in the wrong language: {text}" for text in seen["foreign"]]
    if seen["lang"] != lang:
        found.append(f"lang {seen['lang']}")
    if len(seen["headings"]) != 1 or not seen["headings"][0] or seen["headings"][0] not in seen["title"]:
        found.append(f"headings {seen['headings']} under the title {seen['title']}")
    calm = {said(f"{name}.title", lang) for name in _CALM}
    calm |= {tell("in_progress.title", lang), *(site_text(f"{page}.title", lang) for page in ("sign_in", "home"))}
    is_error = seen["error"] or not calm & set(seen["headings"])
    if seen["title"].startswith(f"{tell('error_title', lang)}: ") is not is_error:
        found.append(f"title {seen['title']}")
    if not seen["steps"] and not _NEXT_STEP.search(seen["main"]):
        found.append("no next step")
    if len(set(seen["ids"])) != len(seen["ids"]):
        found.append(f"ids {seen['ids']}")
    return found
