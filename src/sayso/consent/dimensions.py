"""The dimensions of a grant: one row each, in one table, from which everything else follows.

From a row come the option (`workflows.consent.terms`, `doors.cli.limits`), the field of the document that the speaker
signs and its check (`grant`), the Cedar clause (`cedar`), the explanation, which evaluates that clause (`reasons`), the
bound that an outer consent is (`changes`), the places in a consent record and in a policy (`records.exchange`) and the
sentences of the receipt (`records.receipts`).

To add a dimension, add its row to `TERMS`, with a kind of rule from `kinds` or a new one, and its field to `Grant`, and
to `Request` where it asks something new. tests/consent/test_table.py then asks for an example of its values, and checks
that all of these have it.
"""

from __future__ import annotations

from typing import Final

from sayso.clock import parse_stamp
from sayso.consent import act, fields, forms, kinds, scope
from sayso.consent.dimension import (
    ENTERING,
    GIVING,
    MUST,
    NEW,
    Command,
    Dimension,
    Option,
    Places,
    ReceiptText,
    Shape,
    Situation,
    Term,
    instant_ms,
)
from sayso.units import MS_PER_MINUTE

__all__ = ["DIMENSIONS", "MUST", "TERMS", "Command", "Dimension", "Shape", "Situation", "Term", "instant_ms"]

_ANYTHING: Final = (fields.ANY,)


def _in_minutes(length_ms: int) -> str:
    return f"{length_ms / MS_PER_MINUTE:.2f}".rstrip("0").rstrip(".") + " min"


TERMS: Final[tuple[Term, ...]] = (
    Term(
        "licensee",
        Shape.PARTY,
        forms.licensee,
        Places("dpv:hasProcess dpv:hasDataController", "permission assignee"),
        ReceiptText("who", ("{} may use your voice. Nobody else may.",), "Anybody may use this voice."),
        rule=scope.LICENSEE,
        option=Option(
            "licensee",
            "Licensee: the company or person that may use the voice.",
            commands=ENTERING,
            required=True,
        ),
    ),
    Term(
        "sublicensing",
        Shape.FLAG,
        forms.flag,
        Places("sayso:sublicensing"),
        ReceiptText("who", ("They may pass this on.",), "They may not pass this on."),
        nothing=False,
        rule=kinds.barred(
            "sublicensing",
            "sublicensing",
            fact=lambda asked: asked.request.sublicensee is not None,
            lifted=True,
            allowed={True: "by others too, whom the licensee names", False: "by the licensee only"},
            got=lambda asked: f"by {asked.request.sublicensee or 'the licensee'}",
        ),
        option=Option("sublicensing", "Allow sublicensees to act for the licensee.", bool, off="no-sublicensing"),
    ),
    Term(
        "actions",
        Shape.CONCEPTS,
        forms.actions,
        Places("dpv:hasProcess dpv:hasProcessing", "permission action", "sayso:action/", "dpv:Processing"),
        ReceiptText("how", ("They may {each}.", "They may not {other}."), words=act.DONE_WITH_A_VOICE),
        rule=scope.ACTION,
        option=Option("action", "Action; repeatable; default: clone, synthesize, publish.", several=True),
    ),
    Term(
        "purposes",
        Shape.CONCEPTS,
        forms.purposes,
        Places("dpv:hasProcess dpv:hasPurpose", "purpose isAnyOf", "sayso:purpose/", "dpv:Purpose"),
        ReceiptText(
            "what",
            ("They may use it for: {each}.", "They may not use it for any other kind of work."),
            "They may use it for anything.",
        ),
        rule=kinds.below("purpose", "purposes", separator="/"),
        option=Option(
            "purpose",
            "Purpose, such as audiobook/mystery; includes those below it; repeatable.",
            several=True,
            required=True,
        ),
    ),
    Term(
        "project",
        Shape.NAME,
        forms.optional(fields.name),
        Places("dpv:hasProcess sayso:project", "sayso:project eq"),
        ReceiptText("what", ("This goes for one work: {}.",), "This goes for all their work of that kind."),
        nothing=None,
        rule=kinds.one("project", "project"),
        option=Option("project", "Project of the licensee; default: any."),
    ),
    Term(
        "languages",
        Shape.NAMES,
        forms.some(fields.language),
        Places("dpv:hasProcess dct:language", "language isAnyOf"),
        ReceiptText("where", ("The copy may speak these languages: {}.",), "The copy may speak any language."),
        nothing=_ANYTHING,
        rule=kinds.below("language", "languages", separator="-"),
        option=Option("language", "Language tag such as en; repeatable; default: any.", several=True),
    ),
    Term(
        "territories",
        Shape.CONCEPTS,
        forms.some(fields.territory),
        Places("dpv:hasProcess dpv:hasLocation", "spatial isAnyOf", "loc:", "dpv:Location"),
        ReceiptText(
            "where", ("The sound may be used in these countries: {}.",), "The sound may be used in any country."
        ),
        nothing=_ANYTHING,
        rule=kinds.listed("territory", "territories"),
        option=Option("territory", "Country code such as DE; repeatable; default: any.", several=True),
    ),
    Term(
        "channels",
        Shape.NAMES,
        forms.some(fields.channel),
        Places("dpv:hasProcess sayso:channel", "deliveryChannel isAnyOf"),
        ReceiptText("where", ("It may be heard here: {}.",), "It may be heard anywhere: on air, in apps, on the web."),
        nothing=_ANYTHING,
        rule=kinds.listed("channel", "channels"),
        option=Option("channel", "Release channel such as broadcast; repeatable; default: any.", several=True),
    ),
    Term(
        "not_before",
        Shape.MOMENT,
        forms.moment,
        Places("dct:valid dcat:startDate", "dateTime gteq"),
        ReceiptText("when", ("It starts on {}.",)),
        rule=kinds.not_before("start", "not_before"),
        option=Option("since", "First day, such as 2027-01-01; default: now.", typed="since", read=parse_stamp),
    ),
    Term(
        "until",
        Shape.MOMENT,
        forms.until,
        Places("dct:valid dcat:endDate", "dateTime lt"),
        ReceiptText(
            "when",
            ("It ends on {}. After that they must stop.",),
            "It has no last day. It goes on until you take it back.",
        ),
        nothing=None,
        rule=kinds.before("end", "until"),
        option=Option("until", "End date, such as 2027-12-31; default: none.", read=parse_stamp),
    ),
    Term(
        "post_mortem",
        Shape.FLAG,
        forms.flag,
        Places("sayso:postMortem"),
        ReceiptText("when", ("It goes on after your death.",)),
        nothing=False,
        rule=kinds.barred(
            "lifetime",
            "post_mortem",
            fact=lambda asked: asked.deceased,
            lifted=True,
            allowed={True: "also after the speaker's death", False: "during the speaker's life"},
            got=lambda asked: "after the speaker's death" if asked.deceased else "during the speaker's life",
            changed_by=lambda _: "nobody any more",
        ),
        option=Option("post-mortem", "Stay valid after the speaker's death.", bool, off="lifetime-only"),
    ),
    Term(
        "max_ms",
        Shape.LENGTH,
        forms.cap,
        Places("dpv:hasProcess sayso:soundInAll", "sayso:soundInAll lteq"),
        ReceiptText("minutes", ("They may make {} of sound in all.",), "There is no limit to the minutes."),
        nothing=None,
        rule=kinds.capped(
            "minutes",
            "max_ms",
            wanted=lambda asked: asked.request.ceiling_ms,
            used=lambda asked: asked.used_ms,
            words=_in_minutes,
            got=lambda wanted, used: f"up to {_in_minutes(wanted)}, {_in_minutes(used)} used or reserved",
        ),
        option=Option(
            "max-minutes",
            "Maximum minutes of speech in total; default: unlimited.",
            float,
            typed="max_minutes",
            read=forms.typed_minutes,
        ),
    ),
    Term(
        "max_takes",
        Shape.COUNT,
        forms.cap,
        Places("dpv:hasProcess sayso:takesInAll", "count lteq"),
        ReceiptText("minutes", ("They may make {} pieces of sound at most.",)),
        nothing=None,
        rule=kinds.capped(
            "takes",
            "max_takes",
            wanted=lambda asked: asked.request.takes,
            used=lambda asked: asked.used_takes,
            words=str,
            got=lambda wanted, used: f"{wanted}, {used} made or reserved",
        ),
        option=Option("max-takes", "Maximum number of clips in total; default: unlimited.", int),
    ),
    Term(
        "scripted_only",
        Shape.FLAG,
        forms.flag,
        Places("dpv:hasProcess sayso:scriptedOnly", "sayso:scriptedOnly eq"),
        ReceiptText("how", ("They may only use texts that were written before.",)),
        nothing=False,
        rule=kinds.barred(
            "script",
            "scripted_only",
            fact=lambda asked: asked.request.is_live,
            lifted=False,
            allowed={True: "scripted speech only", False: "scripted or live"},
            got=lambda asked: "live" if asked.request.is_live else "scripted",
        ),
        option=Option("scripted-only", "Forbid or allow live speech.", bool, off="live-too"),
    ),
    Term(
        "blocked_words",
        Shape.NAMES,
        forms.phrases,
        Places("dpv:hasProcess sayso:blockedWord", "sayso:word isNoneOf"),
        ReceiptText("what", ("The copy may not say: {}.",)),
        nothing=(),
        rule=kinds.blocked_words("words", "blocked_words"),
        option=Option("block-word", "Forbidden word or phrase; repeatable.", several=True),
    ),
    Term(
        "blocked_topics",
        Shape.CONCEPTS,
        forms.topics,
        Places("dpv:hasProcess sayso:blockedTopic", "sayso:topic isNoneOf", "sayso:topic/"),
        ReceiptText("what", ("It may not speak about: {}.",)),
        nothing=(),
        rule=kinds.blocked_paths("topics", "blocked_topics"),
        option=Option(
            "block-topic", "Forbidden topic such as politics, with those below it; repeatable.", several=True
        ),
    ),
    Term(
        "approved_texts",
        Shape.DIGESTS,
        forms.approved,
        Places("dpv:hasProcess sayso:approvedText", "sayso:text isAnyOf"),
        ReceiptText("what", ("They may only use texts that you said yes to. So far there are {}.",)),
        nothing=None,
        rule=kinds.approved("approval", "approved_texts"),
        option=Option(
            "approval",
            "Require the speaker's approval of each text.",
            bool,
            off="no-approval",
            typed="approval",
            read=forms.typed_approval,
            commands=GIVING,
        ),
    ),
    Term(
        "disclosure",
        Shape.CONCEPT,
        forms.disclosure,
        Places("dpv:hasProcess sayso:disclosure", "sayso:disclosure eq", "sayso:disclosure/"),
        ReceiptText("how", ("Listeners must learn that a computer speaks ({}).",)),
        nothing=None,
        rule=kinds.disclosed("disclosure", "disclosure"),
        option=Option("disclosure", "Disclosure that the speech is synthetic: spoken, metadata or both."),
    ),
    Term(
        "compensation",
        Shape.NAME,
        forms.optional(fields.name),
        Places("sayso:compensation", said=False),
        ReceiptText("more", ("You are paid under this contract: {}.",)),
        nothing=None,
        option=Option("compensation", "Reference of the contract that pays the speaker."),
    ),
    Term(
        "notice_sha256",
        Shape.NAME,
        forms.optional(fields.digest),
        Places("sayso:noticeSha256", said=False),
        ReceiptText("more", ("You were shown a text before. The check sum of that text is {}.",)),
        nothing=None,
        option=Option(
            "notice",
            "File of the notice shown to the speaker; its hash is stored.",
            bytes,
            typed="notice",
            read=forms.typed_notice,
            commands=NEW,
        ),
    ),
    Term(
        "notice_language",
        Shape.NAME,
        forms.notice_language,
        Places("sayso:noticeLanguage", said=False),
        ReceiptText("more", ("The language of that text is {}.",)),
        nothing=None,
        option=Option("notice-language", "Language of the notice.", commands=NEW),
    ),
    Term(
        "outer",
        Shape.FLAG,
        forms.outer,
        Places("sayso:outer"),
        ReceiptText("who", ("This is a frame for what you will allow. With this alone, nobody may use your voice.",)),
        nothing=False,
        option=Option(
            "outer",
            "Outer consent: the limit of later grants; * as licensee or purpose means any.",
            bool,
            commands=NEW,
        ),
    ),
    Term(
        "ceiling",
        Shape.CONCEPT,
        forms.ceiling,
        Places("sayso:ceiling", concept="urn:sayso:grant:"),
        ReceiptText("more", ("This stays inside a wider frame that you gave: {}.",)),
        nothing=None,
        option=Option("ceiling", "Outer consent that limits this grant, if there are several.", commands=NEW),
    ),
    Term(
        "house",
        Shape.FLAG,
        forms.flag,
        Places("sayso:house"),
        ReceiptText("more", ("This voice came with the program. It is nobody's own.",)),
        nothing=False,
    ),
    Term(
        "note",
        Shape.NAME,
        forms.note,
        Places("dct:description", said=False),
        ReceiptText("more", ("Note: {}",)),
        nothing="",
    ),
)
"""Every term of a grant."""

DIMENSIONS: Final[tuple[Dimension, ...]] = (
    scope.STATE,
    scope.SPEAKER,
    *(term.rule for term in TERMS if term.rule is not None),
)
"""Every rule, in the order in which answers are shown."""
