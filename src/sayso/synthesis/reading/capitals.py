# ruff: noqa: SIM905, RUF001 - lists of words read best as text; typographic characters are the matter here
"""Capitals: words that are shouted are said as words, and initialisms stay as they are."""

from __future__ import annotations

import re
from typing import Final

_INITIALISMS: Final = frozenset(
    """AA AAA ABC ABS AC AD ADHD AGM AI AIDS AKA AM APA API ATM AWOL BA BBC BC BCE BMW BST CAD CBC CBS CCTV CD CDC
    CEO CFO CGI CIA CNN COO CPA CPR CPU CSI CT CTO DA DC DEA DIY DJ DMV DNA DOJ DVD DVR ECG EEG EFL EKG EMT EPA
    ER ESL ESPN ET EU FAA FAQ FBI FCC FDA FDR FIFA FM FYI GDP GED GM GMT GNP GOP GPA GPS HBO HDMI HIV HQ HR HTML
    HTTP IBM ID IKEA IMF IOU IQ IRA IRS ISBN ISP IT IUD IV IVF JFK KGB KKK LA LAPD LCD LED LGBT LLC LSD MA MBA
    MC MD MIT MLB MMA MP MPG MPH MRI MS MSNBC MTV MVP NAACP NASA NATO NBA NBC NCAA NFL NGO NHL NHS NPR NRA NSA
    NYC NYPD OBE OCD OECD OK OPEC OS PA PBS PC PDF PE PGA PH PHD PIN PM PMS POV POW PR PS PSA PTA PTSD RAF RAM
    RFK ROM RSVP RV SAT SEC SIM SMS SOS SQL SS STD SUV SWAT TB TLC TNT TSA TV UAE UCLA UFO UK UN UNESCO UNICEF
    UPS URL US USA USB USSR UV VAT VCR VHS VIP VP WHO WTO WWF WWII WWI XL XML YMCA ZIP""".split()
)
# Said as words even where the rest of the sentence is not shouted; words that are initialisms too are not among them.
_WORDS: Final = frozenset(
    """ABOUT AFTER AGAIN ALL ALWAYS AND ANOTHER ANY ARE AROUND ASK AT AWAY BACK BAD BE BEAUTIFUL BECAUSE BEEN
    BEFORE BEGIN BELIEVE BEST BETTER BIG BOTH BUT BUY BY CALL CAME CANNOT CAREFUL CHAPTER CHILD CHILDREN CLOSE
    CLOSED COME COULD DANGER DAY DEAD DEATH DEFINITELY DID DIE DO DOES DONE DOOR DOWN EACH EAT EMERGENCY END
    ENTER EVEN EVER EVERY EVERYONE EVERYTHING EXIT EXTREMELY FALL FAR FAST FATHER FEAR FEEL FEW FIND FIRE FIRST
    FIVE FOR FOREVER FOUND FOUR FREE FROM FULL GET GIRL GIVE GO GOD GOING GONE GOOD GOT GREAT HAD HAS HATE HAVE
    HE HEAR HEARD HELL HELLO HELP HER HERE HERS HIGH HIM HIS HOLD HOME HOPE HOT HOUSE HOW HUGE HURRY IF
    IMPORTANT IN INSIDE INTO IS ITS JUST KEEP KILL KING KNEW KNOW LAST LATE LEAVE LEFT LESS LET LIE LIFE LIKE
    LISTEN LITTLE LIVE LONG LOOK LORD LOST LOT LOVE MADE MAKE MAN MANY MAYBE ME MEN MINE MISTER MONEY MORE MOST
    MOTHER MOVE MUCH MURDER MUST MY NEAR NEED NEVER NEW NEXT NICE NIGHT NO NOBODY NONE NOR NOT NOTHING NOTICE
    NOW OF OFF OH OLD ON ONCE ONE ONLY OPEN OTHER OUR OUT OUTSIDE OVER OWN PART PEOPLE PLACE PLAY PLEASE POLICE
    PRIVATE PUT QUEEN QUICK QUIET QUITE READ READY REAL REALLY REMEMBER RIGHT ROAD ROOM RUN SAID SAME SAVE SAW
    SAY SEE SEEN SEND SHALL SHE SHOULD SHOW SHUT SILENCE SIR SISTER SIT SLOW SMALL SO SOME SOMEBODY SOMEONE
    SOMETHING SOON SORRY SPEAK STAND STAY STILL STOP STRANGE STREET STUPID SURE TAKE TELL TEN THAN THANK THANKS
    THAT THE THEIR THEM THEN THERE THESE THEY THING THINK THIS THOSE THOUGHT THREE TIME TO TODAY TOGETHER TOLD
    TOMORROW TONIGHT TOO TOOK TRUE TRUST TRUTH TRY TURN TWO UNDER UNTIL UP USE VERY WAIT WALK WANT WAR WARNING
    WAS WATCH WATER WAY WE WELCOME WELL WENT WERE WHAT WHEN WHERE WHICH WHILE WHOLE WHY WILL WITH WITHOUT WOMAN
    WON WORD WORK WORLD WOULD WRONG YEAR YES YET YOU YOUNG YOUR YOURS ZERO
    OR ELSE HA HO AH EH ER MM UM UH HMM SHH HEY WOW""".split()
)
_NAMES: Final = frozenset(
    """JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER MONDAY TUESDAY WEDNESDAY
    THURSDAY FRIDAY SATURDAY SUNDAY CHRISTMAS EASTER ENGLISH FRENCH GERMAN POLISH""".split()
)
_DATED_MAY: Final = re.compile(r"\bMAY(?= \d)|(?<=\d )MAY\b")
_SENTENCE: Final = re.compile(r"[^.!?…:;—\n]+(?:[.!?…:;—]+|\n|$)")
_WORD: Final = re.compile(r"(?<![\w.&/-])[A-Z]{2,}(?:['’][A-Z]{1,3}|['’](?=\W|$))?(?![\w&/])")
_ANY_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_VOWELS: Final = re.compile(r"[AEIOUY]")
_ROMAN: Final = re.compile(r"(?=[IVXLC])(?:X{1,3}|XL|LX{0,3}|XC|C{1,3})?(?:IX|IV|V?I{0,3})")
_LEAST_SHOUTED: Final = 2


# Titles whose stop does not end a shouted sentence, and the country, which is no pronoun there.
_TITLES: Final = re.compile(r"\b(DR|MR|MRS|MS|ST|PROF|CAPT|GEN|SGT|LT|COL|REV|HON|GOV|SEN)\.(?= [A-Z]{2})")
_COUNTRY: Final = re.compile(
    r"\bUS(?= (?:ARMY|NAVY|MARINES?|AIR|GOVERNMENT|PRESIDENT|SENATE|SENATOR|CONGRESS|TROOPS|DOLLARS?|CITIZENS?|"
    r"SOLDIERS?|FORCES|SHIP|FLAG|EMBASSY|CONSTITUTION|TREASURY|SUPREME|OPEN|STATE|STATES|BORDER|ECONOMY|MILITARY)\b)"
)


def lowered(text: str) -> str:
    """Return ``text`` with shouted words in small letters: whole sentences in capitals, and single common words."""
    text = _DATED_MAY.sub("May", text)
    text = _COUNTRY.sub("U.S.", _TITLES.sub(lambda match: f"{match[1].capitalize()}.", text))
    return _SENTENCE.sub(_sentence, text)


def _sentence(match: re.Match[str]) -> str:
    sentence = match[0]
    words = _ANY_WORD.findall(sentence)
    is_shouted = (
        len([word for word in words if len(word) > 1]) >= _LEAST_SHOUTED
        and sentence.upper() == sentence
        and any(word in _WORDS for word in words if word != "AT" or "&" not in sentence)
    )
    return _shouted(sentence) if is_shouted else _WORD.sub(_common, sentence)


def _shouted(sentence: str) -> str:
    first = True

    def quiet(match: re.Match[str]) -> str:
        nonlocal first
        word, begins, first = match[0], first, False
        bare = word.replace("’", "'")
        if bare in {"I", "O"} or bare.startswith("I'"):
            return word[0] + word[1:].lower()
        if word in _kept_in_shouts() or _ROMAN.fullmatch(word) or (not _VOWELS.search(word) and len(word) > 1):
            return word
        return word.capitalize() if begins or word in _NAMES else word.lower()

    return _ANY_WORD.sub(quiet, sentence)


def _kept_in_shouts() -> frozenset[str]:
    """Return the initialisms that stay in a shouted sentence: those that are small words too are those words there."""
    return _INITIALISMS - {
        "IT",
        "US",
        "WHO",
        "AM",
        "OR",
        "LA",
        "MA",
        "PA",
        "SAT",
        "ZIP",
        "PIN",
        "AIDS",
        "LED",
        "RAM",
        "ET",
        "OK",
    }


def _common(match: re.Match[str]) -> str:
    word = match[0]
    stem = word.replace("’", "'")
    if word == "AT" or (stem not in _WORDS and stem.partition("'")[0] not in _WORDS):
        return word
    return word.lower() if _continues(match) else word.capitalize()


def _continues(match: re.Match[str]) -> bool:
    before = match.string[: match.start()].rstrip(" “\"'(‘")
    return bool(before) and before[-1] not in ".!?…\n"
