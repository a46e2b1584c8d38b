"""The stages that make, change or release sound, and what keeps each: the list that the source is held against."""

from __future__ import annotations

from .source import Place

CHECKS: dict[str, int] = {
    "mark/embedder.py:Marker.session": 1,
    "mark/embedder.py:Embedding._check": 1,
    "mark/embedder.py:Marker.live": 1,
    "mark/embedder.py:LiveEmbedding._check": 1,
    "mark/reopening.py:reopened": 1,
    "synthesis/render.py:Renderer.render": 1,
    "synthesis/render.py:Renderer._live": 1,
    "synthesis/render.py:Renderer._marked": 2,
    "synthesis/render.py:_Pass.check": 1,
    "synthesis/render.py:_chunks": 1,
    "voices/permitted.py:CloningPermit.check": 1,
    "enrollment/intake.py:enrolled": 1,
    "voices/reference.py:prepared": 1,
    "voices/style_fit.py:fit": 1,
    "voices/style_fit.py:_Search.say_all": 1,
    "voices/style_fit.py:_Search._climbing": 1,
    "voices/zero_shot.py:clone_zero_shot": 2,
    "workflows/voices/archive.py:sealed_recordings": 1,
    "workflows/voices/archive.py:sealed_voice": 1,
    "workflows/speech/credentials.py:packed": 1,
    "workflows/speech/live.py:LiveSpeech.left": 1,
    "workflows/provenance/releasing.py:SoundDraft.write": 1,
    "workflows/provenance/releasing.py:SoundDraft.publish": 1,
    "workflows/provenance/releasing.py:ProgrammeDraft._write": 1,
    "workflows/provenance/releasing.py:ProgrammeDraft.publish": 1,
    "workflows/consent/permission.py:result": 1,
}
"""Every function that asks a gate, and how often."""

NOT_GATES: dict[str, str] = {
    "audio/packets.py:_frames": "the longest sound that is read",
    "audio/pcm.py:pcm_blocks": "the longest sound that is read",
    "audio/salvage.py:Salvage._frames": "the longest sound that is read",
    "doors/cli/commands/demo.py:Demo._erase": "a certificate of erasure",
    "doors/cli/commands/erase.py:check": "a certificate of erasure",
    "doors/cli/commands/serve.py:serve": "the address to serve at",
    "doors/shapes/mark.py:marked_file": "the JSON of a reading of the mark",
    "doors/shapes/speech.py:spoken": "the JSON of a reading of the mark",
    "ledger/answer.py:check_answer": "an answer of the ledger",
    "mark/verifying.py:checked": "a reading of the mark",
    "testing/conformance.py:_problem": "what an engine under test does",
    "voices/climb.py:Climb.run": "how much a voice sounds like its speaker",
    "workflows/accounts/credentials.py:presented_to": "a credential",
    "workflows/consent/permission.py:ask": "the witnesses",
    "workflows/installation/session.py:Session._check_credential": "a credential",
    "workflows/productions/chapters.py:_marks": "a reading of the mark",
}
"""Functions that call something else named check, and what that looks at."""

STAGES: dict[str, str] = {
    "enrollment/intake.py:enrolled": "asks before a recording is decoded",
    "voices/reference.py:prepared": "asks before each recording is changed",
    "workflows/voices/cloning.py:clone_voice": "enrolled, and fit or clone_zero_shot ask",
    "voices/style_fit.py:_Search._say": "say_all asks; what it says is scored, and heard by nobody",
    "voices/zero_shot.py:clone_zero_shot": "asks before the engine hears the recording, and before each sentence",
    "workflows/voices/cloning.py:_kept": "sealed_recordings and sealed_voice ask, and permission.result",
    "workflows/voices/archive.py:_sealed_recording": "sealed_recordings asks",
    "workflows/voices/archive.py:_master": "of what was marked already; permission.result asks before it is recorded",
    "synthesis/render.py:_chunks": "asks before each phrase is spoken",
    "synthesis/render.py:Renderer._marked": "asks before each chunk is marked and before each piece leaves",
    "synthesis/render.py:Renderer._live": "asks before each piece is marked; LiveEmbedding.finish before the rest",
    "synthesis/joining.py:joined": "inside _chunks: what comes out is marked or lost",
    "mark/embedder.py:Marker.embed": "session asks when it is opened, and for each chunk",
    "mark/embedder.py:LiveEmbedding.push": "_check, for each chunk",
    "mark/embedder.py:LiveEmbedding.finish": "_check, before the rest",
    "mark/live.py:Live.finish": "behind LiveEmbedding.finish, which asks",
    "mark/marked.py:MarkedOutflow.push": "of what was marked already; Speaking.pieces asks before each piece comes here",
    "mark/marked.py:MarkedOutflow.finish": "the last bytes of pieces that came to push",
    "doors/api/speech.py:Speaking._make": "Renderer.render asks before each piece, Speaking.pieces before it leaves",
    "doors/api/sounds.py:response_of": "Speaking.pieces asks before the first piece",
    "doors/api/sounds.py:SoundResponse._bytes": "Speaking.pieces asks before each piece",
    "doors/api/live.py:SocketConversation._say": "Speaking.pieces asks before each piece",
    "mark/marked.py:MarkedAudio.encoded": "of what was marked already",
    "workflows/speech/speaking.py:rendering": "Renderer.render asks",
    "workflows/speech/exporting.py:reopen": "reopened asks before the clip is read",
    "workflows/speech/exporting.py:export": "reopen, packed and SoundDraft.write ask",
    "workflows/speech/credentials.py:packed": "asks before it signs that the sound was permitted",
    "workflows/speech/speaking.py:packed_file": "credentials.packed asks",
    "workflows/speech/speaking.py:speak": "SoundDraft.write asks whether, where and how the file may be released",
    "workflows/provenance/releasing.py:SoundDraft.__init__": "write asks before any sound is in the draft",
    "workflows/provenance/releasing.py:SoundDraft.publish": "asks once more, for whoever was held up since the file was written",
    "mark/marked.py:Programme.encoded": "of what was marked already",
    "workflows/productions/chapters.py:_encoded": "ProgrammeDraft.write and publish ask",
    "workflows/productions/packaging.py:_release": "ProgrammeDraft.write_bound and publish ask",
    "workflows/provenance/releasing.py:write_manifest": "a manifest of credentials: no sound is in it",
    "workflows/provenance/releasing.py:ProgrammeDraft.__init__": "write asks before any sound is in the draft",
    "workflows/provenance/releasing.py:ProgrammeDraft.publish": "asks once more, for each voice",
    "workflows/provenance/marking_files.py:_made_to_last": "Marker.embed asks each time",
    "workflows/provenance/marking_files.py:Batch.embed": "Marker.embed and SoundDraft.write ask, and permission.result",
    "doors/cli/commands/mark.py:embed": "Batch.embed asks",
}
"""Every function that makes, changes, keeps or releases sound under consent, and who asks the gate for it."""

NOT_STAGES: dict[str, str] = {
    "workflows/restoration/restoring.py:restore_file": "the same file, written",
    "workflows/restoration/living.py:restore_live": "a person's own sound from one pipe to another",
    "testing/restoration.py:EnhancerConformance.test_as_much_comes_out_as_goes_in": "pushes a tone through an enhancer",
    "testing/restoration.py:EnhancerConformance.test_blocks_do_not_matter": "pushes a tone through an enhancer",
    "workflows/restoration/restoring.py:_planned": "a person's own file, handed in and handed back: no voice of anybody here",
    "workflows/restoration/restoring.py:_encoded": "the same file, and what of it is heard on its page",
    "productions/readers/markdown.py:read": "renders Markdown as HTML",
    "doors/cli/commands/demo.py:Demo._podcast": "the demonstration takes its own clip through a codec, as a thief would",
    "testing/conformance.py:EngineConformance.test_stops_between_pieces": "stops an engine under test; a stock voice",
    "testing/conformance.py:EngineConformance.test_an_early_piece_is_shorter": "hears an engine under test; a stock voice",
    "testing/conformance.py:EngineConformance.test_clone": "clones what an engine under test said itself",
    "testing/conformance.py:spoken": "what an engine under test says, for its author; no speaker's voice",
}
"""Functions that call a verb of sound and need no permit; and why."""

MARKED_AUDIO: dict[str, str] = {
    "mark/embedder.py:Embedding._marked": "behind push and whole, which ask",
    "mark/embedder.py:Embedding.push": "_check",
    "mark/embedder.py:Embedding.whole": "_check",
    "mark/embedder.py:LiveEmbedding._sealed": "behind push and finish, which ask",
    "mark/embedder.py:LiveEmbedding.finish": "_check",
    "mark/embedder.py:LiveEmbedding.push": "_check",
    "doors/api/speech.py:Speaking.pieces": "LiveSpeech.left asks for each piece",
    "mark/embedder.py:Marker.embed": "session, whole",
    "mark/marked.py:MarkedAudio.pieces": "of what was marked already",
    "mark/marked.py:sealed": "called by the embedder and by reopened alone (tests/mark/test_marked.py)",
    "mark/reopening.py:reopened": "asks before the clip is read",
    "synthesis/render.py:Renderer.render": "asks at once",
    "synthesis/render.py:Renderer._live": "asks for each piece",
    "synthesis/render.py:Renderer._marked": "asks for each chunk and each piece",
    "workflows/speech/speaking.py:rendering": "Renderer.render asks",
    "workflows/speech/speaking.py:_rendered": "Renderer.render asks",
    "workflows/speech/live.py:LiveSpeech.pieces": "Renderer.render asks; left asks again for each piece",
    "workflows/speech/exporting.py:reopen": "reopened asks",
    "workflows/provenance/marking_files.py:_made_to_last": "Marker.embed asks each time",
}
"""Every function that returns marked audio, and who asks the gate for it."""


def named(table: dict[str, object]) -> set[Place]:
    """Return the places that a table names."""
    return {Place(*name.split(":")) for name in table}
