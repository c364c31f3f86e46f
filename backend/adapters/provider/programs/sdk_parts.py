"""What the programs for the providers' own Python clients have in common."""

from backend.adapters.provider.programs.orders import Orders

SAVE_URL = '''def save(number, url):
    """Save a picture, and say whether that worked; where it lies is told, so that it can be fetched later."""
    name = f"picture-{{number}}.{suffix}"
    try:
        with urllib.request.urlopen(url) as reply:
            if reply.headers.get_content_maintype() == "text":
                raise ValueError("that is no picture")
            pathlib.Path(name).write_bytes(reply.read())
    except (OSError, ValueError) as error:
        print(f"{{name}} lies at {{url}}, and couldn't be fetched: {{error}}", file=sys.stderr)
        return False
    print(name)
    return True
'''
SAVE_TEXT = '''def save(number, content):
    """Save a picture that came within the answer."""
    pathlib.Path(f"picture-{{number}}.{suffix}").write_bytes(base64.b64decode(content.rpartition(",")[2]))
    print(f"picture-{{number}}.{suffix}")
    return True
'''


def note_lines(orders: Orders) -> str:
    """Return the notes as lines of a program's docstring."""
    return "".join(f"{note}\n" for note in orders.notes)
