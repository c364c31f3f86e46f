"""What is on a room's board, item by item: who is here, what is being drawn, and the pictures; as HTML."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from urllib.parse import quote

from markupsafe import Markup

from backend.domain.events import Progress
from backend.domain.records import Run, RunImage
from backend.images.storage.files import SUFFIXES
from backend.library.board_marks import REACTIONS, Reaction
from backend.library.room_boards import Board
from backend.library.rooms import Member
from ui.runs.cards import MARK, SEND, facts

ROUTE = "/room/{room}"
"""Below it lies all that a room's members alone can fetch."""
_SIGNS: dict[Reaction, tuple[str, str]] = {"love": ("♥", "Love it"), "fun": ("☺", "Funny"), "wow": ("✦", "Surprising")}
_PEOPLE = Markup('<li class="person {you}"><span translate="no">{name}</span>{host}{state}</li>')
_HEAD = Markup(
    '<header><h2 translate="no">{name}</h2>{locked}<span class="board-acts">'
    '<button type="button" class="small" data-do="sheet" title="The link, members, lock and close">Invite</button>'
    '<a class="small" href=".{route}/zip/room.zip" download="room.zip" title="All pictures of this room">Zip</a>'
    '<button type="button" class="small" data-do="leave" title="Go on alone; the link leads back">Leave</button>'
    '</span><p class="quiet">{money}</p></header>'
)
_LOCKED = Markup('<span class="quiet">locked</span>')
_DRAWING = Markup(
    '<figure class="tile drawing"><div class="slot now" style="aspect-ratio:{width} / {height}">'
    '{preview}</div><figcaption><span class="facts"><span class="fact"><b translate="no">{who}</b> is drawing</span>'
    '{step}</span><p class="words" translate="no" title="{prompt}">{prompt}</p></figcaption></figure>'
)
_STEP = Markup('<span class="fact">step {} of {}</span>')
_PREVIEW = Markup('<img alt="" data-preview="{}">')
_TILE = Markup(
    '<figure class="tile{look}" data-run="{run}" data-index="{index}" data-who="{who}">'
    '<button type="button" class="picture" data-open="{whole}" aria-label="Look at it in full size">'
    '<img src="{small}" alt="{prompt}" title="{prompt}" loading="lazy" width="{width}" height="{height}"></button>'
    '{mark}{corner}<figcaption><span class="facts"><span class="fact who"><b translate="no">{who}</b></span>'
    '{line}{state}</span><span class="signs" role="group" aria-label="Answer it">{signs}</span>{vote}'
    '<button type="button" class="small" data-act="remix" title="Bring its settings into your form">Remix</button>'
    "</figcaption></figure>"
)
_SIGN = Markup(
    '<button type="button" class="small sign" data-do="react" data-reaction="{reaction}" aria-pressed="{on}" '
    'aria-label="{name}" title="{title}">{sign}<span translate="no">{count}</span></button>'
)
_CORNER = Markup(
    '<div class="corner"><span class="send" title="Use this image in another mode">→{send}</span>{acts}</div>'
)
_SEND = Markup(str(SEND).replace('data-act="send"', 'data-act="remix"'))  # noqa: S704 - a constant, changed
_ACT = Markup('<button type="button" data-do="{do}" aria-label="{name}" title="{title}">{sign}</button>')
_PIN = _ACT.format(do="pin", name="Pin", title="Keep it at the board's top", sign="⚑")
_UNPIN = _ACT.format(do="unpin", name="Unpin", title="Let it go from the top", sign="⚐")
_HIDE = _ACT.format(do="hide", name="Hide", title="Take it off the board; its maker keeps it", sign="✕")
_SHOW = _ACT.format(do="show", name="Show", title="Put it back on the board", sign="↺")
_PINNED = Markup('<span class="fact">pinned</span>')
_HIDDEN = Markup('<span class="fact">off the board</span>')
_NOBODY = Markup("")


@dataclass(frozen=True)
class Item:
    """A piece of the board: `key` stays the same while what it shows changes, which its digest tells."""

    key: str
    html: Markup

    @cached_property
    def digest(self) -> str:
        """Return what changes with the HTML."""
        return sha256(self.html.encode()).hexdigest()[:8]


def head_item(board: Board, money: Iterable[str]) -> Item:
    """Return the room's name, what can be done with all of it, and who pays for what is drawn, in sentences."""
    route = ROUTE.format(room=board.room.id)
    locked = _LOCKED if board.room.locked else ""
    told = Markup(" ").join(Markup("<span>{}</span>").format(each) for each in money)
    return Item("head", _HEAD.format(name=board.room.name, locked=locked, route=route, money=told))


def people_items(board: Board, visitor: str, drawing: Iterable[str]) -> list[Item]:
    """Return who is here, and the host even when away; `drawing` are visitors who draw just now."""
    busy = set(drawing)
    shown = [each for each in board.members if each.here or (each.host and not each.removed)]
    return [Item(f"person {each.number}", _person(each, visitor, busy)) for each in shown]


def _person(member: Member, visitor: str, busy: set[str]) -> Markup:
    state = "drawing" if member.visitor in busy else "" if member.here else "away"
    return _PEOPLE.format(
        name=member.name,
        you="mine" if member.visitor == visitor else "",
        host=Markup(' <span class="quiet">host</span>') if member.host else "",
        state=Markup(' <span class="quiet">{}</span>').format(state) if state else "",
    )


def drawing_item(board: Board, run: Run, far: Progress | None) -> Item:
    """Return what somebody is drawing now, how far it is and how it looks by then."""
    width, height = (getattr(run.request, side, None) or 1 for side in ("width", "height"))
    counted = far is not None and far.total > 0
    address = f".{ROUTE.format(room=board.room.id)}/preview/{run.id}"
    html = _DRAWING.format(
        who=name_of(board, run.visitor),
        width=width,
        height=height,
        step=_STEP.format(far.step, far.total) if far and counted else "",
        preview=_PREVIEW.format(f"{address}/{far.index}-{far.step}.jpg") if far and far.preview else "",
        prompt=run.request.prompt[:200],
    )
    return Item(f"drawing {run.id}", html)


def picture_item(board: Board, run: Run, image: RunImage, visitor: str, of_round: tuple[Markup, Markup]) -> Item:
    """Return a picture on the board, as this visitor sees it; `of_round` are its button and its fact of a round."""
    vote, fact = of_round
    address = f".{ROUTE.format(room=board.room.id)}"
    place = f"{run.id}/{image.index}/{quote(picture_name(image))}"
    pinned, hidden = board.pinned(run.id, image.index), bool(board.hidden_by(run.id, image.index))
    html = _TILE.format(
        look=(" pinned" if pinned else "") + (" off" if hidden else ""),
        run=run.id,
        index=image.index,
        who=name_of(board, run.visitor),
        whole=f"{address}/whole/{place}",
        small=f"{address}/small/{place}",
        prompt=run.request.prompt[:300],
        width=image.width,
        height=image.height,
        mark=MARK,
        corner=_CORNER.format(send=_SEND, acts=_corner_acts(board, run, image, visitor)),
        line=facts(image, run.cost_kind, run),
        vote=vote,
        state=(_PINNED if pinned else _NOBODY) + (_HIDDEN if hidden else _NOBODY) + fact,
        signs=Markup("").join(_sign(board, run, image, visitor, each) for each in REACTIONS),
    )
    return Item(f"picture {run.id} {image.index}", html)


def picture_name(image: RunImage) -> str:
    """Return under which name a picture's file is saved."""
    seed = "unknown-seed" if image.seed is None else str(image.seed)
    return f"z-image-{seed}-{image.width}x{image.height}{SUFFIXES[image.format]}"


def _corner_acts(board: Board, run: Run, image: RunImage, visitor: str) -> Markup:
    host, hidden_by = board.room.host == visitor, board.hidden_by(run.id, image.index)
    acts = (_UNPIN if board.pinned(run.id, image.index) else _PIN) if host else _NOBODY
    if not (host or run.visitor == visitor):
        return acts
    if not hidden_by:
        return acts + _HIDE
    return acts + _SHOW if visitor in hidden_by else acts


def _sign(board: Board, run: Run, image: RunImage, visitor: str, reaction: Reaction) -> Markup:
    by = board.marked(run.id, image.index, reaction)
    sign, name = _SIGNS[reaction]
    who = ", ".join(name_of(board, each) for each in by)
    return _SIGN.format(
        reaction=reaction,
        on="true" if visitor in by else "false",
        name=f"{name}: {len(by)}" if by else name,
        title=f"{name}: {who}" if by else name,
        sign=sign,
        count=len(by) or "",
    )


def name_of(board: Board, visitor: str) -> str:
    """Return what a member is called on the board, also once they have left."""
    return next((each.name for each in board.members if each.visitor == visitor), "somebody")
