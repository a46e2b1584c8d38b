"""WebRTC: one governed utterance as an audio track, heard in Chromium, and cut when consent ends."""

from __future__ import annotations

import time

import pytest

from sayso.workflows.consent import changing
from sayso.workflows.consent.granting import Terms, give
from tests.doors.api.chromium import browsing, require_chromium
from tests.workflows.conftest import LICENSEE

TEXT = "The lamp was lit at noon, and nobody saw it."
OFFER = """
const pc = window.pc = new RTCPeerConnection()
window.states = []
pc.onconnectionstatechange = () => window.states.push(pc.connectionState)
pc.addTransceiver('audio', {direction: 'recvonly'})
pc.ontrack = event => {
  const player = window.player = new Audio()
  player.srcObject = event.streams[0] || new MediaStream([event.track])
  player.play()
}
await_ = pc.createOffer().then(offer => pc.setLocalDescription(offer)).then(() => new Promise(done => {
  if (pc.iceGatheringState == 'complete') done()
  pc.onicegatheringstatechange = () => pc.iceGatheringState == 'complete' && done()
  setTimeout(done, 2000)
})).then(() => pc.localDescription.sdp)
return await_
"""
HEARD = """
return window.pc.getStats().then(all => {
  const found = [...all.values()].find(each => each.type == 'inbound-rtp')
  return found ? {packets: found.packetsReceived, lost: found.packetsLost, energy: found.totalAudioEnergy || 0} : null
})
"""


@pytest.fixture(scope="module")
def page():
    require_chromium()
    pytest.importorskip("aiortc", reason="aiortc is not installed (sayso[webrtc])")
    with browsing("--autoplay-policy=no-user-gesture-required") as opened:
        opened.open("about:blank")
        yield opened


def called(server, page, key: str = "bound", **more):
    speech = {"model": "sayso", "voice": "narrator", "input": TEXT, **more}
    with server.http(key) as http:
        return http.post("/v1/speech/webrtc", json={"sdp": page.run(OFFER), "speech": speech})


def connect(page, answer) -> None:
    page.run(f"return window.pc.setRemoteDescription({{type: 'answer', sdp: {answer.json()['sdp']!r}}})")


@pytest.mark.slow
def test_it_is_heard_in_a_browser_and_logged(server, page):
    answer = called(server, page)
    assert answer.status_code == 200, answer.text
    connect(page, answer)
    page.wait("window.states.includes('connected')")
    time.sleep(1.0)
    early = page.run(HEARD)
    assert early["packets"] > 20
    entry = server.entry_of(answer.json()["clip"])
    assert entry.facts["live"] == "complete"
    assert entry.facts["duration_ms"] > 1500
    assert early["energy"] > 0


@pytest.mark.slow
def test_a_listener_who_leaves_stops_it(server, page):
    answer = called(server, page, input=" ".join([TEXT] * 6))
    connect(page, answer)
    page.wait("window.states.includes('connected')")
    time.sleep(1.0)
    page.run("window.pc.close()")
    entry = server.entry_of(answer.json()["clip"])
    assert entry.facts["live"] == "stopped"
    assert entry.facts["duration_ms"] < 6000


@pytest.mark.slow
def test_a_withdrawal_cuts_it(server, page):
    session = server.session()
    grant = give(session, Terms(server.ids["speaker"], LICENSEE, ("audiobook/romance",), max_minutes=5.0))
    answer = called(
        server, page, "ours", voice=server.ids["voice"], purpose="audiobook/romance", input=" ".join([TEXT] * 6)
    )
    assert answer.status_code == 200, answer.text
    connect(page, answer)
    page.wait("window.states.includes('connected')")
    time.sleep(1.0)
    changing.withdraw(session, grant)
    session.close()
    entry = server.entry_of(answer.json()["clip"])
    assert entry.facts["live"] == "cut"
    assert entry.facts["duration_ms"] < 6000


@pytest.mark.parametrize(
    "sdp", ["hello", "v=0\r\n", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", "a=candidate:" * 40]
)
def test_what_is_no_offer_is_refused_before_anything_is_permitted(server, sdp):
    before = len(server.entries("synthesis:clip:intended"))
    with server.http("bound") as http:
        answer = http.post(
            "/v1/speech/webrtc", json={"sdp": sdp, "speech": {"model": "sayso", "voice": "narrator", "input": TEXT}}
        )
    assert (answer.status_code, answer.json()["error"]) == (400, "body-invalid")
    assert len(server.entries("synthesis:clip:intended")) == before


@pytest.mark.slow
def test_it_needs_a_key_and_a_grant(server, page):
    assert called(server, page, None).status_code == 401
    assert called(server, page, "bound", purpose="unheard/of").status_code == 403
