"""Telling an announcement, a turn that promises a call and makes none, from an answer."""

import re

from fixtures import TOOLS

# A longer text has said something of its own, whatever it ends in.
LONGEST_PROSE = 500

_VERB_LIST = """
access analyse analyze apply assess audit begin browse calculate call check collect commit compare
compile compute consult continue count create debug delete detect determine diff dig discover
display download edit enumerate evaluate examine execute explore extract fetch figure find fix
format gather generate get git_diff git_log git_status go_to grab grep handle identify index
inspect install investigate invoke jump launch lint list load locate look lookup make map measure
modify navigate obtain open parse patch perform ping pinpoint poll print probe proceed profile pull
query re-run read refactor refresh rename replace rerun research resolve retrieve review revisit
run save scan search see spot start take test trace track traverse trigger type-check typecheck
update use validate verify view visit write
"""
_VERBS = [
    *_VERB_LIST.split(),
    *(
        "ask",
        "confirm",
        "consult",
        "dump",
        "hunt",
        "peek",
        "poke",
        "reopen",
        "skim",
        "stage",
        "sift",
    ),
    *("double-check", "cross-check"),
]
# Actions of two words, for which a gerund is not looked for.
_PHRASES = (
    r"type check|double check|cross check|bring up|go over|go through|have (?:a|another) "
    r"(?:\w+ )?(?:look|peek)|do (?:a|another|one more) (?:\w+ )?(?:search|check|lookup|scan|run)|"
    r"work (?:that|this|it) out|find out|step through|sort (?:that|this|it) out|try (?:the|a|that)"
)
_TOOL_NAMES = "|".join(TOOLS)
_VERB = "|".join(re.escape(verb).replace("_", "[ _]") for verb in _VERBS) + f"|{_PHRASES}"


def _gerund(verb: str) -> str:
    doubled = {"begin", "commit", "dig", "get", "git", "grab", "map", "run", "re-run", "rerun"}
    if verb in doubled or verb in {"scan", "spot"}:
        return re.escape(verb + verb[-1]) + "ing"
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith("ee") else verb
    return re.escape(stem) + "ing"


_GERUND = "|".join(_gerund(verb) for verb in _VERBS if "_" not in verb)

_ADVERB = (
    r"(?:(?:also|first|just|now|next|then|quickly|again|immediately|start by|begin by|go ahead and|"
    r"go and|have to|need to|try to|proceed to|turn to|briefly|really|simply|help you|"
    r"take a moment to|take a minute to|be able to)\s+)*"
)
_SUBJECT = (
    r"(?:i'll|i will|i shall|i'm going to|i am going to|i'm gonna|i'm about to|i am about to|"
    r"let me|let's|let us|we'll|we will|we're going to|i need to|i'll need to|i have to|i must|"
    r"i should|allow me to|i'd like to|i would like to|i want to|"
    r"(?<=first )i|(?<=now )i|(?<=next )i|"
    r"i plan to|my next step is to|the next step is to|next step is to|time to|we need to|"
    r"we should|we have to|gonna|going to|will)"
)
# A clause in front of the promise ends in a comma or right before the one who promises.
_CLAUSE_END = r"(?=,|\s+(?:i'll|i will|i'm|i am|i need|i have|i should|let|we|allow)\b)"
# Once read, a lead is never read in another way: trying all of them takes exponential time. Where
# one lead begins another, the longer one stands first.
_LEAD = (
    r"(?>(?:great question|good question|sure thing|sure|okay|ok|alright|all right|"
    r"right(?!\s+away)|first things first|"
    r"great|good|perfect|yes|certainly|absolutely|of course|no problem|got it|"
    r"understood|well|so|and|but|hmm|happy to|thanks|firstly|first|second|now|next|then|"
    r"finally|afterwards|after that|"
    r"before that|before answering|for this|for that|here|in the meantime|meanwhile|"
    rf"(?:in order to|to|since|as|because|for|based on|with)\s+[^,.:;]{{3,80}}?{_CLAUSE_END})"
    r"[\s,;:!\u2014\u2013-]+)*+"
)
_PROMISE = re.compile(rf"{_LEAD}{_SUBJECT}\s+{_ADVERB}(?P<verb>{_VERB})\b(?P<rest>.*)", re.DOTALL)
_DOING = re.compile(
    rf"{_LEAD}(?:(?:i'm|i am|we're|we are)\s+(?:now\s+|currently\s+|just\s+)?|now\s+)?"
    rf"(?P<verb>{_GERUND})\b(?P<rest>.*)",
    re.DOTALL,
)
_WAITING = re.compile(
    rf"{_LEAD}(?:please\s+)?(?:(?:just\s+)?(?:one|a|give me a|give me one)\s+(?:quick\s+)?"
    r"(?:moment|second|sec|minute|bit)|hold on|hang on|stand by|please wait|bear with me|on it|"
    r"i'm on it|working on it|i'm working on it|right away|will do|let me see|i'll be right back|"
    r"i'll get right on (?:it|that)|i'll get (?:on|to) (?:it|that)|i'll get started|"
    r"let's get started|let me get started|i'll do (?:that|it|so)|let me do (?:that|it)|"
    r"let me try(?: (?:that|it|again))?|i'll try(?: (?:that|it|again))?|leave it (?:to|with) me|"
    r"i'll take care of (?:it|that)|coming right up)\b(?P<rest>.*)",
    re.DOTALL,
)
# The first words that a promise can have; every other sentence is let go without a closer look.
_FIRST_WORD_LIST = (
    "sure ok okay alright all right great good perfect yes certainly absolutely of no got "
    "understood well so and but hmm happy thanks first firstly second now next then finally "
    "afterwards after before for here in meanwhile to since as because based with i'll i i'm "
    "let let's we'll we we're allow i'd my the time gonna going will please just one a give "
    "hold hang stand bear on working right leave coming"
)
_FIRST_WORDS = frozenset(_FIRST_WORD_LIST.split()) | frozenset(_GERUND.replace("\\", "").split("|"))
# What turns a promise into an offer, a condition, a habit or a refusal.
_NOT_NOW = re.compile(
    r"\b(?:if you|if that|if it|if needed|if necessary|once you|when you|after you|as soon as|"
    r"whenever|unless|until you|next time|from now on|in (?:the )?future|going forward|"
    r"in that case|only if|let me know|not|never|can't|cannot|won't|n't|"
    r"later|someday|always|would you|could you|please (?:provide|share|send|paste|tell|give))\b"
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|had|can|could|may|might|would|should|must|does|do|did|"
    r"takes?|needs?|requires?|prevents?|helps?|makes?|gives?|shows?|catch(?:es)?|finds?|"
    r"returns?|means?|works?|improves?|lets|allows?|keeps?|avoids?|saves?|costs?|ensures?|"
    r"reduces?|tells?|provides?|reveals?|becomes?|leads?|produces?|raises?|fails?|passes|"
    r"passed|failed|took|found|showed|returned|gets|uses|runs|reads|involves?|includes?|"
    r"stops?|starts|ends|blocks|breaks|changes|calls|throws|prints|writes|sets|opens|closes|goes|"
    r"comes|speeds|slows|adds|leaves|hides|lists|needs|wants|helped|worked|turns out|pays|beats|"
    r"remains?|seems?|depends?|matters|beats|scales|counts|offers?|belongs?|happens?)\b"
)
# Gerunds that say how something is, not what is being done.
_NO_DOING = re.compile(
    r"(?:looking|going|getting) (?:good|great|fine|forward|ahead|back|well|better)"
)
# Objects that turn an action verb into talk: "I'll make a note", "let's look at why".
_TALK = re.compile(
    r"\s*(?:(?:you|us)\s+)?(?:a note|note of|sure\b|it (?:clear|short|simple|brief)|sense\b|"
    r"things (?:simple|short)|up front|with the basics|with a|from the (?:beginning|basics)|"
    r"out (?:loud|why)|for granted|at (?:how|why|what)\b(?!.*\b(?:file|code|diff|repo|changed)))"
)
_USED_WITH_TOOL = re.compile(
    rf"\s+(?:the\s+)?[`'\"]?(?:{_TOOL_NAMES})\b|.*\btools?\b|.*\bto\s+(?:{_VERB})\b"
    r"|\s+(?:the\s+)?(?:terminal|shell|command line|search|type checker|linter|language server|lsp)"
)
_MARKUP = re.compile(r"</?tool_call|<function=|<tool_response|<parameter=")
_FENCE = re.compile(r"```[\w-]*[ \t]*\n?(?P<body>.*?)(?:```|\Z)", re.DOTALL)
_CALL_IN_FENCE = re.compile(
    r'"name"\s*:.*"(?:arguments|parameters|args|input)"\s*:|'
    rf"(?:^|[^\w.])(?:{_TOOL_NAMES})\s*\(",
    re.DOTALL,
)
_SENTENCE_ENDS = (". ", "! ", "? ", "\u2026 ", ".) ", '." ', "\n")
_CLOSING = " \t\r\n.!:;\u2026*_`\"')\u2014-"
_OPENING = " \t\r*_\"'(>-\u2022"


def _last_sentence(prose: str) -> str:
    end = len(prose.rstrip(_CLOSING))
    start = 0
    for mark in _SENTENCE_ENDS:
        found = prose.rfind(mark, start, end)
        if found >= 0:
            start = found + len(mark)
    return prose[start:].strip()


def _promises(sentence: str) -> bool:
    if sentence.endswith("?") or _NOT_NOW.search(sentence):
        return False
    body = sentence.strip(_CLOSING)
    if found := _WAITING.match(body):
        rest = found["rest"]
        if rest.startswith((",", ".", ";", " -")) or not _FINITE.search(rest):
            return True
    if found := _PROMISE.match(body):
        rest = found["rest"]
        if _TALK.match(rest):
            return False
        # A clause after a colon or a dash is what was promised, already delivered.
        if re.search(r"(?::|\s[\u2014\u2013-])\s+\S", rest):
            return False
        if found["verb"] in ("use", "see", "make", "start", "begin", "take", "handle", "figure"):
            return _acts(found["verb"], rest)
        return True
    if found := _DOING.match(body):
        rest = found["rest"]
        if _NO_DOING.match(found["verb"] + rest) or re.search(r":\s+\S", rest):
            return False
        if found["verb"] == "using" and not _USED_WITH_TOOL.match(rest):
            return False
        words = body.split()
        return len(words) <= 14 and not _FINITE.search(found["rest"])
    return False


def _acts(verb: str, rest: str) -> bool:
    """Whether a verb that is not always an action is one with these words after it."""
    if verb == "use":
        return _USED_WITH_TOOL.match(rest) is not None
    if verb == "take":
        return (
            re.match(r"\s+(?:a|another|one more) (?:\w+ )?(?:look|peek|glance)", rest) is not None
        )
    if verb in ("start", "begin"):
        return (
            re.match(
                rf"\s+(?:by\s+|with\s+)?(?:{_GERUND}|the\b|those\b|these\b|that\b|on\b|now\b|$)",
                rest,
            )
            is not None
        )
    if verb == "make":
        return (
            re.match(
                r"\s+(?:the|that|those|this|these|an?) \w*\s*(?:call|change|edit|request|"
                r"query|file|fix|update|search)",
                rest,
            )
            is not None
        )
    if verb == "figure":
        return rest.startswith(" out")
    return True


def _may_promise(prose: str) -> bool:
    begin = _last_sentence(prose).lstrip(_OPENING)[:24].lower().replace("\u2019", "'")
    words = begin.split(maxsplit=1)
    return bool(words) and words[0].rstrip(",.!:;") in _FIRST_WORDS


def is_announcement(text: str) -> bool:
    """Tell whether an assistant message promises a call and makes none.

    The promise must be what the message ends in: "I'll explain: a list is ..." goes on to keep its
    word, and an offer ("I can check it if you like"), a question or a refusal promises nothing. A
    fenced block that spells a call instead of making one does not count as kept.
    """
    if len(text) > 4 * LONGEST_PROSE:
        return False
    # Nearly every answer is let go here, on its last sentence alone.
    if "```" not in text and not _may_promise(text):
        return False
    lowered = text.lower().replace("\u2019", "'")
    prose = lowered
    if "```" in lowered:
        blocks = list(_FENCE.finditer(lowered))
        tail = lowered[blocks[-1].end() :].strip() if blocks else ""
        spelled = [block for block in blocks if _CALL_IN_FENCE.search(block["body"])]
        if not tail and (len(blocks) != 1 or not spelled):
            return False
        prose = tail or lowered[: blocks[0].start()]
    if len(prose) > LONGEST_PROSE:
        return False
    if not _may_promise(prose) or _MARKUP.search(lowered):
        return False
    return _promises(_last_sentence(prose).lstrip(_OPENING))
