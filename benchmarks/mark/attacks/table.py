"""The attacks and their parameters, in one table: number, name, act, and what is tried at levels 1, 2 and 3."""

from __future__ import annotations

from attacks import adversaries, channels, codecs, resynthesis, times
from attacks.registry import Attack, Row


def _rates(name, *rates):
    return tuple((name, rate) for rate in rates)


PODCAST = (("mp3", 64), ("aac", 64), ("opus", 24))

ROWS = (
    Row(1, "none", channels.untouched, one=("",)),
    Row(1, "polarity", channels.polarity, one=("",)),
    Row(1, "shift", channels.shift, one=(0.1, -0.1, "frame")),
    Row(2, "gain", channels.gain, one=(0.2, 5.0), two=(0.05,)),
    Row(2, "clip dB", channels.clip, two=(6,), three=(12,)),
    Row(3, "resample", channels.resample, one=(48_000, 44_100, 22_050), two=(16_000,), three=(8_000,)),
    Row(4, "bits", channels.depth, one=(16,), two=(12,), three=(8, "mu-law")),
    Row(5, "codec", codecs.codec, _rates("mp3", 128, 64), _rates("mp3", 32, 24), _rates("mp3", 16, 8)),
    Row(6, "codec", codecs.codec, _rates("aac", 128, 64), _rates("aac", 48, 32), _rates("aac", 24, 12)),
    Row(7, "codec", codecs.codec, _rates("vorbis", 96, 64), _rates("vorbis", 48), _rates("vorbis", 32)),
    Row(8, "codec", codecs.codec, _rates("opus", 64, 32), _rates("opus", 24, 16), _rates("opus", 12, 8, 6)),
    Row(9, "podcast", codecs.codec, two=(PODCAST,)),
    Row(9, "podcast trimmed", times.podcast, two=(PODCAST,), moves=True),
    Row(10, "telephone", channels.telephone, two=("",)),
    Row(
        10, "codec", codecs.codec, two=(*_rates("amr-nb", 12.2, 7.4), *_rates("gsm", 13)), three=_rates("amr-nb", 4.75)
    ),
    Row(10, "codec2", codecs.codec2, three=(3200, 1200)),
    Row(11, "white noise", channels.white, one=(40, 30), two=(20,), three=(15, 10, 5)),
    Row(12, "background", channels.background, one=(35,), two=(20,), three=(10,)),
    Row(12, "babble", channels.babble, one=(35,), two=(20,), three=(10,)),
    Row(13, "music", channels.music, one=(20,), two=(10,), three=(0,)),
    Row(14, "low-pass", channels.low_pass, one=(8_000, 6_000), two=(3_500,), three=(2_000, 500)),
    Row(15, "high-pass", channels.high_pass, one=(80, 250), two=(500,), three=(1_500,)),
    Row(16, "equaliser", channels.equaliser, one=(3,), two=(6,), three=(12,)),
    Row(
        17,
        "dynamics",
        channels.dynamics,
        one=(("compress", -12),),
        two=(("compress", -24), ("compress", -36), ("expand", -36)),
        three=(("agc", -20),),
    ),
    Row(18, "loudness", channels.loudness, one=(-16, -19, -23)),
    Row(19, "echo", channels.echo, one=((0.1, 0.3),), two=((0.4, 0.1), (0.4, 0.9)), three=((0.7, 0.3),)),
    Row(
        20, "room", channels.room, one=((0.3, 12),), two=((0.3, 6), (0.6, 3), (0.3, 0), "recorded"), three=((0.5, -3),)
    ),
    Row(21, "smooth", channels.smooth, one=(6,), two=(14,), three=(22, 40)),
    Row(22, "jitter", times.jitter, one=(0.001,), two=(0.01,), three=(0.1,), moves=True),
    Row(23, "speed", times.speed, one=(0.99, 1.01), two=(0.9, 0.95, 1.05, 1.1), three=(0.8, 1.25, 1.5), moves=True),
    Row(
        24,
        "stretch",
        times.stretch,
        one=((0.98, 0), (1.02, 0)),
        two=((0.9, 0), (1.1, 0)),
        three=((0.8, 0), (1.25, 0), (1.5, 0), (2.0, 0)),
        moves=True,
    ),
    Row(24, "overlap-add", times.overlap_add, one=(1.02,), two=(0.9, 1.1), three=(0.8, 1.25), moves=True),
    Row(
        25,
        "pitch",
        times.stretch,
        one=((1, -10), (1, 10)),
        two=((1, -100), (1, 100)),
        three=((1, -200), (1, 200), (1, 400)),
        moves=True,
    ),
    Row(26, "stretch and pitch", times.stretch, two=((1.05, 50),), three=((1.2, 200),), moves=True),
    Row(27, "crop", times.crop, one=(5.0,), two=(3.0,), three=(2.0, 1.0), moves=True),
    Row(27, "splice", times.splice, one=(5.0,), two=(3.0,), three=(2.0,), moves=True),
    Row(28, "cut and join", times.cut_and_join, two=("silence", "each second", "order"), moves=True),
    Row(29, "stereo", channels.untouched, one=("one side", "out of phase", "twice")),
    Row(30, "denoise", resynthesis.denoise, two=("rnnoise",), three=("noisereduce", "DeepFilterNet")),
    Row(31, "vocoder", resynthesis.vocoder, three=("world", "griffin-lim")),
    Row(32, "neural codec", codecs.neural_codec, two=("EnCodec 24k", "EnCodec 12k"), three=("EnCodec 6k", "DAC")),
    Row(33, "conversion", resynthesis.converted, three=("voice conversion", "a clone of the clip")),
    Row(34, "re-recorded m", channels.rerecord, two=(0.3, 1), three=(3,)),
    Row(35, "collusion", adversaries.collusion, two=(5,), three=(25,)),
    Row(36, "overwritten", adversaries.overwrite, two=(1,), three=(3,)),
    Row(37, "copied", adversaries.copied, two=("residual", "mean of 5"), must_fail=True, moves=True),
    Row(
        38,
        "queries",
        adversaries.queried,
        three=(("square", 1_000), ("square", 10_000), ("boundary", 1_000), ("boundary", 10_000)),
    ),
)


def _label(parameter) -> str:
    if isinstance(parameter, tuple):
        between = ", " if isinstance(parameter[0], tuple) else " "
        return between.join(_label(part) for part in parameter)
    return str(parameter)


def _attacks():
    for row in ROWS:
        for level, parameters in enumerate((row.one, row.two, row.three), 1):
            for parameter in parameters:
                name = f"{row.name} {_label(parameter)}".strip()
                yield Attack(name, level, row, parameter)


ATTACKS = {attack.name: attack for attack in _attacks()}
