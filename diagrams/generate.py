"""Write the pictures of this folder, or with `--check` say which are stale: `python diagrams/generate.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from esozflow.adapters.pictures import svg
from esozflow.adapters.tracing import marked_tests
from esozflow.states.traceability import markdown, traced, uncovered
from esozflow.states.views import FORMATS, view

HERE = Path(__file__).parent
SERVED = traced(marked_tests(HERE.parent / "tests"))

README = """\
# Діаграми

Усе на цій сторінці зроблено командою `make diagrams` з тієї самої таблиці, яку виконує програма; `make check`
не пройде, якщо щось застаріло. Номери біля ліній — це номери рядків [таблиці переходів](transitions.md): однакові на
всіх діаграмах цілого процесу. Англійською, або в іншому форматі: `esozflow diagram --lang en --format plantuml`.

1. [Послідовність](sequence.svg): хто кому що каже, від 4.1 до 4.9, з кожною помилкою як гілкою `alt`.
2. [Увесь процес](whole.svg): стани обох сторін, запити, умови, відмови.
3. [Частина Auth UI](auth-ui.svg), 4.2 – 4.8.
4. [Частина ПІС](pis.svg), 4.1 і 4.9.
5. [Таблиця переходів](transitions.md): подія, умова, наступний стан, розділ і підстава.
6. [Простежуваність](traceability.md): що виконує та що перевіряє кожне речення документа.

Ті самі діаграми в Mermaid: [sequence](sequence.mmd), [whole](whole.mmd), [auth-ui](auth-ui.mmd), [pis](pis.mmd).

## Увесь процес

![Увесь процес](whole.svg)

## Частина Auth UI

![Частина Auth UI](auth-ui.svg)

## Частина ПІС

![Частина ПІС](pis.svg)

## Послідовність

![Послідовність](sequence.svg)
"""


def main() -> int:
    """Return 1 when `--check` finds a stale picture, or a sentence of the document that nobody serves or tests."""
    drawn = {HERE / name: text for name, text in pictures().items()}
    if "--check" not in sys.argv[1:]:
        for file, text in drawn.items():
            file.write_text(text, encoding="utf-8")
        return 0
    stale = [file.name for file, text in drawn.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    sys.stderr.writelines(f"{name} is stale: run `make diagrams`\n" for name in stale)
    open_ = uncovered(SERVED)
    sys.stderr.writelines(f"{lack}\n" for lack in open_)
    return int(bool(stale or open_))


def pictures() -> dict[str, str]:
    """Give the text of every file of this folder, by its name."""
    found = {"README.md": README, "transitions.md": f"# Таблиця переходів\n\n{view('whole', 'markdown')}"}
    found["traceability.md"] = f"# Простежуваність\n\n{markdown(SERVED)}"
    for name, forms in FORMATS.items():
        found[f"{name}.mmd"] = view(name, "mermaid")
        found[f"{name}.svg"] = view(name, "svg") if "svg" in forms else svg(view(name, "dot"))
    return found


if __name__ == "__main__":
    sys.exit(main())
