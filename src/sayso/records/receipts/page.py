"""The receipt as one HTML page that needs nothing else: no script, no picture, no address to fetch.

Written for everybody (WCAG 2.2): a language, one first heading and second headings in order, lists as lists, contrast
above 7:1, sizes that follow the reader's, and a form for paper.
"""

from __future__ import annotations

from html import escape
from typing import Final

from sayso.records.receipts.receipt import Receipt, Section

_STYLE: Final = """
body { font: 1.125rem/1.6 system-ui, sans-serif; color: #1a1a1a; background: #ffffff; margin: 0 }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.75rem; line-height: 1.25 } h2 { font-size: 1.25rem; margin: 2rem 0 0.5rem }
ul { padding-left: 1.25rem; margin: 0 } li { margin: 0.25rem 0; overflow-wrap: anywhere }
footer { margin-top: 2.5rem; border-top: 1px solid #595959; color: #404040; font-size: 0.9rem }
@media print { body { font-size: 11pt } main { max-width: none; padding: 0 } section { break-inside: avoid } }
""".strip()

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(receipt: Receipt) -> str:
    """Return the receipt as HTML; whatever the grant says stands there as text and is never markup."""
    title = escape(receipt.title)
    fine_print = "\n".join(f"<p>{escape(line)}</p>" for line in receipt.fine_print)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{"".join(_section(number, section) for number, section in enumerate(receipt.sections, 1))}<footer>
{fine_print}
</footer>
</main>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in section.sentences)
    heading = f'<h2 id="part-{number}">{escape(section.heading)}</h2>'
    return f'<section aria-labelledby="part-{number}">\n{heading}\n<ul>\n{items}\n</ul>\n</section>\n'
