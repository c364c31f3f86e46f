"""What can be wrong with a fresh machine, and what has to be seen there."""

from dataclasses import dataclass

CLONE = """
rm -rf "$root$checkout"; mkdir -p "$root$checkout"
git -C "$project" archive HEAD | tar --extract --directory "$root$checkout"
chown -R "$user:$user" "$root$home"
"""
READ_ONLY = CLONE + 'mount --bind "$root$checkout" "$root$checkout"; mount -o remount,bind,ro "$root$checkout"'
SMALL = """
mkdir -p "$root$checkout"; mount -t tmpfs -o size=200m none "$root$checkout"
"""
UNPACK = CLONE.replace('rm -rf "$root$checkout"; ', "")
# Starts it, waits for its line, draws over the API with the embedded model, stops it as Ctrl-C does.
DRAW = """
{start} > "$HOME/said" 2>&1 & started=$!
until grep -q 'The playground is ready' "$HOME/said"; do kill -0 $started || break; sleep 1; done
cat "$HOME/said"
address=$(sed -n 's/.*The playground is ready: //p' "$HOME/said")
{venv}/bin/python -c "
from gradio_client import Client
images, run = Client('$address', verbose=False).predict(prompt='a red circle', api_name='/text_to_image')
print('DREW', len(images), run['seeds'], run['cost_kind'])"
status=$?
kill -INT -- -$started; wait $started; (exit $status)
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A machine with something wrong: what is done as root before, what its user types, what must be said."""

    name: str
    command: str
    seen: str
    """A regular expression that must be found in what was said."""
    prepare: str = CLONE
    first: bool = True
    """Whether it is the checkout with the environment that the first case made; else another one."""
    cut_off: bool = False
    fails: bool = False
    """Whether the command has to end with an error, and `seen` is the sentence with the way out."""


def draw(start: str, venv: str = ".venv") -> str:
    """Return what starts the playground, draws once and stops it."""
    return "set -m\n" + DRAW.format(start=start, venv=venv).rstrip()


SPACE = "env SYSTEM=spaces SPACE_ID=ann/playground GRADIO_SERVER_NAME=0.0.0.0 .venv/bin/python app.py"
PARTS = "tests/backend/domain tests/backend/record tests/ui/test_page.py"
CASES = (
    Case("`make run`, and an image drawn", draw("make run"), "DREW 1"),
    Case(
        "the line without make, again in the same place",
        draw("sh -c 'python3 -m tools.setup --venv .venv && .venv/bin/python app.py'"),
        "DREW 1",
        prepare="",
    ),
    Case("`make test`, a part of it", f"make test PYTEST_ARGS='{PARTS}'", r"\d+ passed", prepare=""),
    Case(
        "its line without make, a part of it",
        "python3 -m tools.setup --venv .venv --dev && HF_HUB_OFFLINE=1 .venv/bin/python -m pytest -p tests.left_out "
        "-m 'not slow and not system' tests/backend/domain",
        r"\d+ passed",
        prepare="",
    ),
    Case(
        "as on a Space (`SPACE_ID`), with no storage mounted",
        draw(SPACE) + '; test -e data/playground.db && echo "KEPT HERE"',
        r"(?s)DREW 1.*KEPT HERE",
        prepare='rm -rf "$root/data" "$root$checkout/data"',
    ),
    Case(
        "as on a Space, with storage at /data",
        draw(SPACE) + '; test -e /data/playground/playground.db && test ! -e data/playground.db && echo "KEPT THERE"',
        r"(?s)DREW 1.*KEPT THERE",
        prepare='rm -rf "$root$checkout/data"; mkdir -p "$root/data"; chown "$user:$user" "$root/data"',
    ),
    Case(
        "a read-only checkout",
        'make run VENV="$HOME/z image/.venv"',
        "PLAYGROUND_DATA",
        prepare=READ_ONLY,
        first=False,
        fails=True,
    ),
    Case(
        "a read-only checkout, the way out",
        draw('make run VENV="$HOME/z image/.venv" ARGS="--data \'$HOME/my data\'"', '"$HOME/z image/.venv"'),
        "DREW 1",
        prepare=READ_ONLY,
        first=False,
    ),
    Case(
        "a second checkout beside the first, both at once",
        '(cd "$HOME/z image" && exec .venv/bin/python app.py > "$HOME/first" 2>&1) & first=$!\n'
        'until grep -q ready "$HOME/first"; do kill -0 $first || exit 1; sleep 1; done\n'
        "(" + draw('make run VENV="$HOME/z image/.venv"', '"$HOME/z image/.venv"') + "); status=$?\n"
        'cat "$HOME/first"; kill -INT $first; exit $status',
        r"(?s)ready: http://127.0.0.1:7861.*DREW 1.*ready: http://127.0.0.1:7860",
        first=False,
        cut_off=True,
    ),
    Case(
        "a read-only checkout, nothing named",
        "make run",
        r"(?s)could not be made.*VENV=",
        prepare=READ_ONLY,
        first=False,
        fails=True,
    ),
    Case(
        "a proxy that isn't there",
        "export HTTPS_PROXY=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9; make run",
        r"Setting up stopped: .*HTTPS_PROXY",
        first=False,
        fails=True,
    ),
    Case(
        "a full disk (200 MB)",
        "make run",
        r"The disk of .* has 0\.\d GB free; setting up needs .* make run VENV=/path/there",
        prepare=SMALL + UNPACK,
        first=False,
        fails=True,
    ),
    Case(
        "a disk that is full to the last byte",
        "make run",
        r"Setting up stopped: The disk of",
        prepare=SMALL + UNPACK + 'head -c 300M /dev/zero > "$root$checkout/full" || true',
        first=False,
        fails=True,
    ),
    Case(
        "no line to anywhere", "make run", r"Setting up stopped: .*can't be had", first=False, cut_off=True, fails=True
    ),
)
