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

NEIGHBOURS = [
    ("THE US ARMY IS HERE.", "The U.S. Army is here."),
    ("HA HA HA!", "Ha ha ha!"),
    ("DR. NO IS DEAD.", "Doctor No is dead."),
    ("WW2 and WWIII", "World War two and World War Three."),
    ("XX and XXI centuries", "twentieth and twenty-first centuries."),
    ("Type I error", "Type one error."),
    ("see chapter vii, vol. iv", "see chapter seven, volume four."),
    ("He said no. I left.", "He said no. I left."),
    ("pp. xii–xv", "pages twelve to fifteen."),
    ("in MCMLXXXIV", "in nineteen eighty-four."),
    ("the MIX of it", "the MIX of it."),
    ("Thurston Howell III", "Thurston Howell the Third."),
    ("9.8 m s⁻²", "Nine point eight meters per second squared."),
    ("Δx/Δt", "delta x over delta t."),
    ("H₃O⁺ and Na⁺", "H three O plus and N A plus."),
    ("E = mc²", "E equals m c squared."),
    ("COP28 and UB40", "COP twenty-eight and U B forty."),
    ("text<sup>[4]</sup> more", "text more."),
    ('text<sup><a href="#fn1">1</a></sup> more', "text more."),
    ("a fact.[1,2] More.[citation needed]", "a fact. More."),
    ("Chapter 1\nThe Beginning\nIt was dark.", "Chapter one.\n\nThe Beginning.\n\nIt was dark."),
    ("CHAPTER I\nDOWN THE RABBIT-HOLE\nAlice slept.", "Chapter one.\n\nDown the rabbit-hole.\n\nAlice slept."),
    ("> quote\n> more", "quote more."),
    ("use `code` here", "use code here."),
    (":smile: hi", "hi."),
    ("<https://example.com> is up", "example dot com is up."),
    ("Dial 1800 555 000.", "Dial one eight zero zero, five five five, zero zero zero."),
    ("tel: 030 901820", "tel: zero three zero, nine zero one eight two zero."),
    ("card ending in 4417", "card ending in four four one seven."),
    ("€12/m² and kr 200", "Twelve euros per square meter and two hundred kronor."),
    ("the £50,000 prize", "the fifty thousand pound prize."),
    ("the $500 he owed", "the five hundred dollars he owed."),
    ("£3 4s. 6d.", "three pounds four shillings and six pence."),
    ("at 9.15, he left", "at nine fifteen, he left."),
    ("Mon.–Fri., June–August", "Monday to Friday, June to August."),
    ("2h 30m, or 3:45.6", "Two hours thirty minutes, or three minutes forty-five point six seconds."),
    ("2 Sam 7, Ps 121", "Second Samuel seven, Psalm one hundred twenty-one."),
    ("I-5 N.", "I five north."),
    ("40°N", "Forty degrees north."),
    ("10' x 12'", "Ten feet by twelve feet."),
    ("a 12oz can, 5 sq mi", "a twelve ounce can, five square miles."),
    ("a .45 pistol", "a forty-five pistol."),
    ("Apt. 4B", "Apartment four B."),
    ("the 50-50, 80/20 rule", "the fifty fifty, eighty twenty rule."),
    ("th'old man, c/o Smith", "the old man, care of Smith."),
    ("Gov't of the 2d Cavalry", "Government of the second Cavalry."),
    ("Stop,then go", "Stop, then go."),
]

ALL = {name: cases for name, cases in list(globals().items()) if name.isupper() and isinstance(cases, list)}
