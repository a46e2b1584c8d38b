"""Small manuscripts in every format, made here, since no package ships any."""

from __future__ import annotations

import io
import zipfile

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
OPF = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Lamp</dc:title><dc:creator>A. Keeper</dc:creator>
<dc:language>en-GB</dc:language><dc:identifier id="id">x</dc:identifier><meta name="cover" content="pic"/></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="pic" href="cover.png" media-type="image/png"/></manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>"""
PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{}</body></html>'
)
ONE = (
    "<h1>One</h1><p>The ﬁre was out.<a epub:type='noteref' href='#n'>1</a> He wait\u00aded.</p>"
    "<aside epub:type='footnote' id='n'><p>A note.</p></aside><img src='m.png' alt='A map of the bay'/><img src='n.png'/>"
)
TWO = "<h1>Two</h1><p>“Who is there?” asked Ada.</p><hr/><p>Nobody.</p><script>x()</script>"


def zipped(files: dict[str, bytes | str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in files.items():
            box.writestr(name, content)
    return data.getvalue()


def epub(version: str = "3.0", **more: bytes | str) -> bytes:
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": OPF.format(version=version),
        "OEBPS/nav.xhtml": PAGE.format("<nav epub:type='toc'><ol><li>One</li></ol></nav>"),
        "OEBPS/one.xhtml": PAGE.format(ONE),
        "OEBPS/text/two.xhtml": PAGE.format(TWO),
        "OEBPS/cover.png": b"\x89PNG\r\n\x1a\n",
    }
    return zipped({**files, **more})


def docx(**changed: bytes | str) -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "The Lamp", "A. Keeper"
    document.add_heading("One", level=1)
    document.add_paragraph("The fire was out.")
    document.add_heading("Two", level=1)
    document.add_paragraph("Nobody came.")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "a table"
    data = io.BytesIO()
    document.save(data)
    if not changed:
        return data.getvalue()
    box = zipfile.ZipFile(data)
    return zipped({**{name: box.read(name) for name in box.namelist()}, **changed})


def pdf(pages: list[list[str]]) -> bytes:
    """Return a PDF of lines of text, written by hand: objects, a table of their places, a trailer."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 50 700 Td {shown}ET"
        content = 5 + 2 * number
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {content} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    data, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return data.encode("latin-1")
