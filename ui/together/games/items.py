"""The games of a room on its board: what goes on, what each can do now, and what came of the last one."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from markupsafe import Markup

from backend.domain.records import Run, RunImage
from backend.library.games import leads
from backend.library.room_boards import Board
from backend.library.rounds import MOST_WORDS, Picture, Round, waited_for
from backend.library.shared_words import MOST_PIECE, SharedWords
from ui.look.words import counted
from ui.together.items import Item, name_of

Shown = Sequence[tuple[Run, RunImage]]
"""The pictures on the board, with their runs."""


def game_item(board: Board, shown: Shown, visitor: str) -> Item:
    """Return what is played together now, or the ways to begin something."""
    game = board.game
    if game is None:
        return Item("game", _GAME.format(_begin(board, visitor)))
    if (this := board.round) is None:
        words = SharedWords.of(game)
        parts = _words_over(board, words) + _begin(board, visitor) if words.over else _words(board, words, visitor)
        return Item("game", _GAME.format(parts))
    match this.phase:
        case "over":
            return Item("game", _GAME.format(_result(board, this, shown) + _begin(board, visitor)))
        case "voting":
            return Item("game", _GAME.format(_voting(board, this, shown, visitor)))
        case "drawing":
            return Item("game", _GAME.format(_drawing(board, this, shown, visitor)))
        case other:
            assert_never(other)


def vote_button(board: Board, run: Run, image: RunImage, visitor: str) -> Markup:
    """Return the button by which a visitor gives their vote to a picture; nothing where they can't."""
    this, picture = _round_with(board, run, image), (run.id, image.index)
    if this is None or this.phase != "voting" or run.visitor == visitor:
        return _NOTHING
    return _VOTE.format("true" if this.votes.get(visitor) == picture else "false")


def vote_fact(board: Board, run: Run, image: RunImage, visitor: str) -> Markup:
    """Return what stands among a picture's facts of the round: that it is one's own, or how many votes it got."""
    this, picture = _round_with(board, run, image), (run.id, image.index)
    if this is None:
        return _NOTHING
    if this.phase == "voting":
        return _YOURS if run.visitor == visitor else _NOTHING
    votes = dict(this.counts([picture])).get(picture, 0)
    return _VOTES.format(counted(votes, "vote")) if votes else _NOTHING


def _round_with(board: Board, run: Run, image: RunImage) -> Round | None:
    """Return the room's last round, where a picture is in it."""
    this = board.round
    return this if this and this.takes(run) and not board.hidden_by(run.id, image.index) else None


def _begin(board: Board, visitor: str) -> Markup:
    """Return the ways to begin a game."""
    mine = board.member(visitor)
    new_round = _NEW_ROUND.format(most=MOST_WORDS) if leads(mine, board.members) else _NOTHING
    return _BEGIN.format(new_round)


def _drawing(board: Board, this: Round, shown: Shown, visitor: str) -> Markup:
    makers = _names(board, (run.visitor for run, _ in _in_round(board, shown)))
    in_it = _IN_IT.format(makers) if makers else _NONE_YET
    lead = _LEAD_DRAWING if leads(board.member(visitor), board.members) else _NOTHING
    return _ROUND.format(number=this.number, words=this.words) + in_it + _ACTS.format(_use(this.words) + lead)


def _voting(board: Board, this: Round, shown: Shown, visitor: str) -> Markup:
    makers = {(run.id, image.index): run.visitor for run, image in _in_round(board, shown)}
    waits = waited_for(this.votes, board.members, makers)
    waiting = _WAITING.format(_names(board, (each.visitor for each in waits))) if waits else _ALL_IN
    lead = _LEAD_VOTING if leads(board.member(visitor), board.members) else _NOTHING
    told = _VOTING.format(number=this.number, words=this.words) + _GIVEN.format(counted(len(this.votes), "vote"))
    return told + waiting + (_ACTS.format(lead) if lead else _NOTHING)


def _result(board: Board, this: Round, shown: Shown) -> Markup:
    runs = {(run.id, image.index): run for run, image in _in_round(board, shown)}
    best = this.best(runs)
    if not best:
        return _NO_RESULT.format(number=this.number, words=this.words)
    votes = dict(this.counts(runs))[best[0]]
    title = _WON if len(best) == 1 else _SHARED
    told = title.format(_names(board, (runs[picture].visitor for picture in best)), counted(votes, "vote"))
    tiles = Markup("").join(_best(board, runs[picture], picture) for picture in best)
    return _RESULT.format(number=this.number, words=this.words, told=told, tiles=tiles)


def _words(board: Board, words: SharedWords, visitor: str) -> Markup:
    turn = words.turn(board.members)
    mine = turn is not None and turn.visitor == visitor
    whose = _YOUR_TURN if mine else _THEIR_TURN.format(turn.name) if turn else _NOTHING
    ends = visitor == words.starter or leads(board.member(visitor), board.members)
    form = _PIECE.format(most=MOST_PIECE, at=f"{words.number}.{len(words.pieces)}") if mine else _NOTHING
    acts = (_PASS if mine else _NOTHING) + (_END_WORDS if ends else _NOTHING)
    return _WRITING.format(_pieces(board, words)) + whose + form + (_ACTS.format(acts) if acts else _NOTHING)


def _words_over(board: Board, words: SharedWords) -> Markup:
    if not words.pieces:
        return _NOTHING
    return _WRITTEN.format(_pieces(board, words)) + _ACTS.format(_use(words.text))


def _pieces(board: Board, words: SharedWords) -> Markup:
    told = (_A_PIECE.format(name_of(board, piece.visitor), piece.text) for piece in words.pieces)
    return Markup(" ").join(told) or _NO_PIECE


def _in_round(board: Board, shown: Shown) -> Shown:
    """Return the pictures that are in the room's last round; those that were taken off the board are out of it."""
    return [(run, image) for run, image in shown if _round_with(board, run, image)]


def _best(board: Board, run: Run, picture: Picture) -> Markup:
    return _BEST.format(run=picture[0], index=picture[1], who=name_of(board, run.visitor))


def _names(board: Board, visitors: Iterable[str]) -> str:
    return ", ".join(name_of(board, each) for each in dict.fromkeys(visitors))


def _use(words: str) -> Markup:
    return _USE.format(words)


_NOTHING = Markup("")
_GAME = Markup('<section class="game" aria-label="Played together">{}</section>')
_BEGIN = Markup(
    '<div class="begin">{}<button type="button" class="small" data-do="write" '
    'title="Each adds some words in turn">Write a prompt together</button></div>'
)
_NEW_ROUND = Markup(
    '<details><summary class="small">Start a round</summary><form data-submit="round" data-at="new">'
    '<p class="quiet">All draw the same words, then each votes for the best picture, not their own.</p>'
    '<label>What all draw<input name="words" type="text" maxlength="{most}" required autocomplete="off" '
    'placeholder="a house on the moon"></label><button class="small">Start</button></form></details>'
)
_ROUND = Markup('<h3>Round {number}: all draw</h3><blockquote translate="no">{words}</blockquote>')
_IN_IT = Markup('<p class="quiet">In it so far: <span translate="no">{}</span></p>')
_NONE_YET = Markup('<p class="quiet">What anybody draws from now on is in it.</p>')
_ACTS = Markup('<div class="begin">{}</div>')
_USE = Markup(
    '<button type="button" class="small" data-words="{}" title="Nothing is drawn before you press Generate">'
    "Put it into my prompt</button>"
)
_END_ROUND = Markup(
    '<button type="button" class="small" data-do="end-round" data-sure="End without a vote?">End</button>'
)
_LEAD_DRAWING = Markup('<button type="button" class="small" data-do="to-vote">Begin the vote</button>') + _END_ROUND
_VOTING = Markup('<h3>Round {number}: vote for the best</h3><blockquote translate="no">{words}</blockquote>')
_GIVEN = Markup('<p class="quiet">{}</p>')
_WAITING = Markup('<p class="quiet">Waiting for <span translate="no">{}</span></p>')
_ALL_IN = Markup('<p class="quiet">Nobody is waited for.</p>')
_LEAD_VOTING = Markup('<button type="button" class="small" data-do="end-round">End the vote</button>')
_RESULT = Markup(
    '<h3>Round {number} is over</h3><blockquote translate="no">{words}</blockquote><p class="won">{told}</p>'
    '<div class="best">{tiles}</div>'
)
_WON = Markup('<b translate="no">{}</b> <span>drew the best, with {}</span>')
_SHARED = Markup('<b translate="no">{}</b> <span>share the first place, with {} each</span>')
_BEST = Markup(
    '<button type="button" class="small" data-see="{run}/{index}">Show <span translate="no">{who}</span></button>'
)
_NO_RESULT = Markup(
    '<h3>Round {number} is over</h3><blockquote translate="no">{words}</blockquote>'
    '<p class="quiet">It ended without a vote.</p>'
)
_VOTE = Markup(
    '<button type="button" class="small vote" data-do="vote" aria-pressed="{}" '
    'title="One vote each; press it again to take it back">Vote</button>'
)
_YOURS = Markup('<span class="fact">yours</span>')
_VOTES = Markup('<span class="fact votes">{}</span>')
_WRITING = Markup("<h3>A prompt in turns</h3><blockquote>{}</blockquote>")
_WRITTEN = Markup("<h3>Written together</h3><blockquote>{}</blockquote>")
_A_PIECE = Markup('<span translate="no" title="{}">{}</span>')
_NO_PIECE = Markup('<span class="quiet">Nothing yet</span>')
_YOUR_TURN = Markup('<p class="turn" role="status">It is your turn</p>')
_THEIR_TURN = Markup('<p class="turn" role="status"><b translate="no">{}</b> <span>writes now</span></p>')
_PIECE = Markup(
    '<form data-submit="add" data-at="{at}"><label>Add some words<input name="words" type="text" maxlength="{most}" '
    'required autocomplete="off"></label><button class="small">Add</button></form>'
)
_PASS = Markup('<button type="button" class="small" data-do="pass" title="The next one goes on">Pass</button>')
_END_WORDS = Markup('<button type="button" class="small" data-do="end-words">Done</button>')
