# ruff: noqa: RUF001 - typographic characters are the matter here
"""Written text as readers of books and users of speech programs met it, by kind, and what a narrator says for it."""

from __future__ import annotations

CAPITALS = [
    ("STOP RIGHT THERE!", "Stop right there!"),
    ("I TOLD YOU NOT TO OPEN IT.", "I told you not to open it."),
    ("“WHERE IS SHE?” he roared.", "“Where is she?” he roared."),
    ("DO NOT ENTER. The door was shut.", "Do not enter. The door was shut."),
    ("She was VERY tired.", "She was very tired."),
    ("I'M NOT GOING HOME!", "I'm not going home!"),
    ("THE BBC AND THE FBI WERE THERE.", "The BBC and the FBI were there."),
    ("NASA and the FBI said so.", "NASA and the FBI said so."),
    ("A DVD of it", "A DVD of it."),
    ("He never said NO to her.", "He never said no to her."),
]
LETTERS = [
    ("Vitamin C and D", "Vitamin C and D."),
    ("F# minor", "F sharp minor."),
    ("Appendix D, Exhibit V", "Appendix D, Exhibit V."),
    ("Plan B or C.", "Plan B or C."),
    ("Chapter V began.", "Chapter five began."),
    ("written in C++", "written in C plus plus."),
]
ROMANS = [
    ("the XVIIIth dynasty", "the eighteenth dynasty."),
    ("a XII century church", "a twelfth century church."),
    ("in the XXI century", "in the twenty-first century."),
    ("WWI and WWII", "World War One and World War Two."),
    ("Elizabeth II's reign", "Elizabeth the Second's reign."),
    ("Louis XVI's wife", "Louis the Sixteenth's wife."),
]
RAISED = [
    ("10⁻⁶ grams", "Ten to the minus six grams."),
    ("10¹² stars", "Ten to the twelve stars."),
    ("CO₂ and C₆H₁₂O₆", "C O two and C six H twelve O six."),
    ("ΔT and μ are small", "delta T and mu are small."),
    ("It was late.² He slept.³", "It was late. He slept."),
    ("Smith⁴ and Jones⁵ agree", "Smith and Jones agree."),
    ("40 m² and 5 cm³", "Forty square meters and five cubic centimeters."),
    ("xⁿ", "x to the N."),
]
MARKED_UP = [
    ("A<br>B", "A.\n\nB."),
    ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    ("Tom &amp; Jerry &ndash; friends", "Tom and Jerry — friends."),
    ("&ldquo;Yes,&rdquo; she said.", "“Yes,” she said."),
    ("caf&eacute; &#8212; closed", "café — closed."),
    ("A<!-- hidden --> B", "A B."),
    ("<style>p {color: red}</style>Plain", "Plain."),
    ("y<sup>3</sup> and H<sub>2</sub>O", "y cubed and H two O."),
    ("He left.<sup>12</sup> She stayed.", "He left. She stayed."),
    ("the 5<sup>th</sup> day", "the fifth day."),
    ("[read more](guide.html) now", "read more now."),
    ("![](x.png)Text", "Text."),
    ("~~old~~ new", "old new."),
    ("```\ncode here\n```", "code here."),
    ("as shown[12] before", "as shown before."),
    ("a claim[^1] made", "a claim made."),
    ("| A | B |\n|---|---|\n| one | two |", "A B.\n\none two."),
]
LAYOUT = [
    ("Chapter Two\nThe rain fell.", "Chapter Two.\n\nThe rain fell."),
    ("PROLOGUE\nIt began.", "PROLOGUE.\n\nIt began."),
    ("# Part One\nIt began.", "Part One.\n\nIt began."),
    ("Chapter 03", "Chapter three."),
    ("a won-\nderful day", "a wonderful day."),
    ("a well-\nknown man", "a well-known man."),
    ("twenty-\nfive men", "twenty-five men."),
]
DIGITS = [
    ("Dial 999 at once.", "Dial nine nine nine at once."),
    ("She called 911.", "She called nine one one."),
    ("Call 0800 123 456.", "Call zero eight zero zero, one two three, four five six."),
    ("+44 20 7946 0958", "Plus four four, two zero, seven nine four six, zero nine five eight."),
    ("ISBN 0-306-40615-2", "ISBN zero, three zero six, four zero six one five, two."),
    ("at 1430 hours", "at fourteen thirty hours."),
    ("0905 hours", "Oh nine oh five hours."),
    ("911 people", "Nine hundred eleven people."),
]
MONEY = [
    ("$3 billion dollars", "Three billion dollars."),
    ("€2.300,50", "Two thousand three hundred euros and fifty cents."),
    ("3,20 €", "Three euros and twenty cents."),
    ("$20/hour", "Twenty dollars an hour."),
    ("£8/kg", "Eight pounds a kilogram."),
    ("R$10", "Ten reais."),
    ("$.75", "Seventy-five cents."),
]
SCALES = [
    ("1.5M users", "One point five million users."),
    ("20k followers", "Twenty thousand followers."),
    ("12.345.678 souls", "Twelve million three hundred forty-five thousand six hundred seventy-eight souls."),
    ("2 500 000 people", "Two million five hundred thousand people."),
]
MOMENTS = [
    ("9–11 a.m.", "Nine to eleven a.m."),
    ("6-8pm", "Six to eight p.m."),
    ("11.45pm", "Eleven forty-five p.m."),
    ("12-25-2023", "December twenty-fifth, twenty twenty-three."),
    ("until 5pm. After that", "until five p.m. After that."),
]
VERSES = [
    ("Ps. 23:1", "Psalm twenty-three one."),
    ("1 Cor. 13:4-7", "First Corinthians thirteen, four to seven."),
    ("Matt. 5:3", "Matthew five three."),
    ("Gen. Lee spoke.", "General Lee spoke."),
    ("Rev. Smith spoke.", "Reverend Smith spoke."),
    ("Romans 8:28", "Romans eight twenty-eight."),
]
UNITS = [
    ('a 6" pipe', "a six inch pipe."),
    ("6' tall and 2' wide", "Six feet tall and two feet wide."),
    ("US-101 S", "US one hundred one south."),
    ("3/4ths of them", "Three quarters of them."),
    ("≤10 items", "at most ten items."),
    ("(<5%)", "(less than five percent)."),
    ("7 × 8 mm", "Seven times eight millimeters."),
    ("a force of 5 N", "a force of five newtons."),
]
WORDS = [
    ("b. 1912, d. 1987", "born nineteen twelve, died nineteen eighty-seven."),
    ("th' old man", "the old man."),
    ("in IT support", "in I.T. support."),
    ("It was N/A.", "It was N.A."),
]

ALL = {name: cases for name, cases in list(globals().items()) if name.isupper() and isinstance(cases, list)}
