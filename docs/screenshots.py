"""Make the pictures of the README from the real pages: `python docs/screenshots.py`.

Sandbox, Auth UI and the demonstration PIS run as three processes; a real Chromium walks through a sign-up.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from esozflow.adapters.demo.ensemble import Ensemble

FOLDER = Path(__file__).parent / "screenshots"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = {"width": 1000, "height": 760}, {"width": 390, "height": 760}


def take(page: Page, name: str, *, whole: bool = False) -> None:
    page.screenshot(path=FOLDER / f"{name}.png", full_page=whole, animations="disabled")


def walk(page: Page, start: str) -> None:
    page.goto(start)
    page.locator("main form button").first.click()  # sign in
    page.locator("main form button").first.click()  # begin
    take(page, "pis-form")
    page.locator("#patient_signed, [name='patient_signed']").check()
    page.locator("[name='process_disclosure_data_consent']").check()
    page.locator("main button.primary").click()
    page.locator("main button.primary").click()  # sign
    take(page, "confirm")
    page.set_viewport_size(PHONE)
    take(page, "confirm-phone")
    page.set_viewport_size(WIDE)
    page.locator("main button.primary").click()
    take(page, "consent", whole=True)
    page.locator("main button.primary").click()
    take(page, "result")


def main() -> int:
    """Return 1 when there is no Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("Chromium is not installed: apt-get install chromium\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with Ensemble() as here, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_context(viewport=WIDE).new_page()
        walk(page, here.pis)
        page.goto(f"{here.auth_ui}/confidant/sign-up?client_id=6498d88e-97fb-47e2-85a5-99e884f888aa")
        take(page, "error")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
