"""The sheet over the page: a room with its link, an invitation, or why a room can't be entered; as HTML."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from backend.domain.errors import PlaygroundError
from backend.library.room_boards import Board
from backend.library.rooms import MOST_NAME, Invitation, Member
from ui.look.field_titles import error_text
from ui.together.code import qr_code
from ui.together.reach import Link

_ROOM = Markup(
    '<h2>Together: <span translate="no">{name}</span></h2><p class="told" role="status">{said}</p>'
    '<div class="invite">{code}<div><label for="together-link">The link to this room</label>'
    '<div class="result-link-row"><input id="together-link" type="text" readonly value="{address}">'
    '<button type="button" data-copy autofocus>Copy</button></div>'
    "<p>Whoever has it can come in, also when it is passed on. Lock the room once all are here.</p>{reach}"
    '<form data-do="rename" class="result-link-row"><label for="together-name">Your name here</label>'
    '<input id="together-name" name="name" type="text" maxlength="{most}" value="{mine}" autocomplete="nickname">'
    "<button>Save</button></form></div></div>"
    '<h3>Members</h3><ul class="members">{members}</ul>{parts}'
    '<div class="result-link-row end">{acts}<button type="button" data-close>Done</button></div>'
)
_MEMBER = Markup('<li><span translate="no">{name}</span>{you}{host}{state}{act}</li>')
_YOU, _HOST = Markup(" <span>(you)</span>"), Markup(" <span>(host)</span>")
_AWAY, _OUT = Markup(' <span class="quiet">away</span>'), Markup(' <span class="quiet">taken out</span>')
_TAKE_OUT = Markup('<button type="button" data-do="out" data-number="{}">Take out</button>')
_LET_IN = Markup('<button type="button" data-do="in" data-number="{}">Let in again</button>')
_LEAVE = Markup('<button type="button" data-do="leave">Leave</button>')
_LOCK = Markup('<button type="button" data-do="lock" title="Nobody new comes in">Lock</button>')
_UNLOCK = Markup('<button type="button" data-do="unlock" title="Whoever has the link comes in">Unlock</button>')
_CLOSE = Markup(
    '<button type="button" data-do="close" class="bad" data-sure="Close for all?" '
    'title="Nobody sees its board again; each keeps their own pictures">Close</button>'
)
_INVITED = Markup(
    '<h2><b translate="no">{host}</b> invites you to draw together</h2>'
    '<p><span translate="no">{room}</span> · <span>{here}</span></p>'
    "<ul><li>What you draw while you are in this room lands on its board, with your name, its prompt and its settings; "
    "all who are in it see it, and may use it and the pictures it was made from. Nothing else of you is seen.</li>"
    "{money}</ul>"
    '<form data-do="join" class="result-link-row"><label for="together-name">Your name here</label>'
    '<input id="together-name" name="name" type="text" maxlength="{most}" placeholder="{guest}" '
    'autocomplete="nickname"><button class="main">Join</button></form><p class="told" role="status">{said}</p>'
    '<div class="result-link-row end"><button type="button" data-alone>Go on alone</button></div>'
)
_REFUSED = Markup(
    '<h2>This room can\'t be entered</h2><p role="status">{said}</p>'
    '<div class="result-link-row end"><button type="button" data-do="open">Open a room of your own</button>'
    '<button type="button" data-alone autofocus>Go on alone</button></div>'
)
_FAILED = Markup(
    '<h2>Together</h2><p role="status">{said}</p>'
    '<div class="result-link-row end"><button type="button" data-close autofocus>Close</button></div>'
)
_NOTE = Markup('<p><b>You share this page.</b> {told}</p><button type="button" data-understood>Understood</button>')
_ONLY_HERE = Markup(
    '<p class="warn">Only this machine reaches this page: start it with --share, or with --host 0.0.0.0, to let others '
    "in.</p>"
)
_NOT_THIS_NAME = Markup(
    '<p class="warn">Others don\'t reach it under this name: open this page by the address that they use, and copy the '
    "link there.</p>"
)


def room_sheet(board: Board, visitor: str, link: Link, *, parts: Mapping[str, Iterable[str]], said: str) -> str:
    """Return a room as its members have it: its link, who is in it, and what they can do with it.

    `parts` are further sentences, such as on money, under their titles.
    """
    mine, host = board.member(visitor), board.room.host == visitor
    shown = [each for each in board.members if host or not each.removed]
    return str(
        _ROOM.format(
            name=board.room.name,
            said=said,
            code=qr_code(link.address),
            address=link.address,
            reach={"nobody": _ONLY_HERE, "not by this name": _NOT_THIS_NAME}.get(link.reached, Markup("")),
            most=MOST_NAME,
            mine=mine.name,
            members=Markup("").join(_member(each, mine, by_host=host) for each in shown),
            parts=Markup("").join(_part(title, lines) for title, lines in parts.items()),
            acts=((_UNLOCK if board.room.locked else _LOCK) + _CLOSE if host else Markup("")) + _LEAVE,
        )
    )


def invitation_sheet(invited: Invitation, money: Iterable[str], said: str = "") -> str:
    """Return what somebody sees who was sent a room's link, before they join."""
    here = "Nobody is here now" if not invited.here else f"{invited.here} here now"
    return str(
        _INVITED.format(
            host=invited.host,
            room=invited.room.name,
            here=here,
            money=Markup("").join(Markup("<li>{}</li>").format(each) for each in money),
            most=MOST_NAME,
            guest=guest_name(invited),
            said=said,
        )
    )


def guest_name(invited: Invitation) -> str:
    """Return the name of somebody who gives none."""
    return f"Guest {invited.joined}"


def refusal_sheet(why: PlaygroundError) -> str:
    """Return why a room can't be entered, and the ways on."""
    return str(_REFUSED.format(said=error_text(why)))


def failure_sheet(why: PlaygroundError) -> str:
    """Return why a room can't be made."""
    return str(_FAILED.format(said=error_text(why)))


def strangers_note(lines: Iterable[str]) -> str:
    """Return what the one who shares this page is told as they open it."""
    told = Markup(" ").join(Markup("<span>{}</span>").format(line) for line in lines)
    return str(_NOTE.format(told=told))


def _member(member: Member, mine: Member, *, by_host: bool) -> Markup:
    act = Markup("")
    if by_host and not member.host:
        act = (_LET_IN if member.removed else _TAKE_OUT).format(member.number)
    return _MEMBER.format(
        name=member.name,
        you=_YOU if member.number == mine.number else "",
        host=_HOST if member.host else "",
        state=_OUT if member.removed else _AWAY if not member.here else "",
        act=act,
    )


def _part(title: str, lines: Iterable[str]) -> Markup:
    told = Markup(" ").join(Markup("<span>{}</span>").format(line) for line in lines)
    return Markup("<h3>{}</h3><p>{}</p>").format(title, told) if told else Markup("")
