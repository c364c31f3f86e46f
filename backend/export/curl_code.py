"""A run's order as a shell script on curl and jq."""

import json
import shlex
import uuid
from collections.abc import Iterator
from typing import Any

from backend.export.literal import literal, text
from backend.export.orders import NewId, Orders, Picture
from backend.export.python_code import is_waited_for, origin_of, output_type, result_field

_HEAD = """#!/usr/bin/env bash
# Makes the run again: orders it once, waits, and saves picture-1.{suffix} and so on.
# Needs bash, curl and jq, and the key in {variable}.
{about}{notes}set -uo pipefail

url={url}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# By way of a file, since other programs may read a program's arguments.
key() {{ printf '{scheme}: %s\\n' "{word} ${{{variable}:?holds the key}}"; }}
fail() {{ printf '%s\\n' "$*" >&2; exit 1; }}
{data_uri}"""
_DATA_URI = """data_uri() { printf 'data:%s;base64,' "$2"; base64 < "$1" | tr -d '\\n'; }
"""
_RUNWARE = """
tasks() {{
{printed}}}
ids=({ids})

# Sends tasks; errors are told, beside what came all the same.
tell() {{
  curl -sS -X POST "$url" -H @<(key) -H 'Content-Type: application/json' --data-binary @- -o "$answer" ||
    fail "No whole answer came. The order may stand and be billed: sent again as it is, it isn't billed again."
  jq -r '.errors // [] | .[] | "\\(.code) \\(.message)"' "$answer" >&2
}}

# Saves what has come of each task, and says whether there is nothing to wait for.
keep() {{
  local missing=0 number picture
  for number in "${{!ids[@]}}"; do
    file=picture-$((number + 1)).{suffix}
    [ -s "$file" ] && [ -n "${{saved[number]:-}}" ] && continue
    picture=$(jq -r --arg id "${{ids[number]}}" \\
      '[.data // [] | .[] | select(.taskUUID == $id) | .{field} // empty] | first // empty' "$answer")
    if [ -z "$picture" ]; then missing=1; continue; fi
    {save} || fail "$file couldn't be saved"
    saved[number]=yes
    echo "$file"
  done
  return $missing
}}

saved=()
tasks | tell || exit 1
keep && exit
{wait}exit 1
"""
_RUNWARE_WAIT = """asked() {
  for number in "${!ids[@]}"; do
    [ -n "${saved[number]:-}" ] || printf '{"taskType":"getResponse","taskUUID":"%s"}' "${ids[number]}"
  done | jq -s .
}
until [ $SECONDS -gt 600 ] || [ "$(jq '.errors // [] | length' "$answer")" != 0 ]; do
  sleep 2
  asked | tell || exit 1
  keep && exit
done
"""
_SAVES = {
    "URL": 'curl -sSf --retry 5 -o "$file" "$picture"',
    "base64Data": 'printf %s "$picture" | base64 -d > "$file"',
    "dataURI": 'printf %s "${picture#*,}" | base64 -d > "$file"',
}
_MODELRUNNER = """
origin={origin}
{bodies}
# Asks; again where that may help, since asking costs nothing.
ask() {{
  case $1 in "$origin"*) ;; *) fail "$1 is not ModelRunner's queue: the key doesn't go there." ;; esac
  curl -sS --retry 5 --retry-connrefused -H @<(key) -o "$answer" "$1" ||
    fail "$1 doesn't answer. The order stands: ask there again, it isn't sent twice."
}}

# Orders once. Nothing is sent again: ModelRunner can't tell a repeat from a second order.
order() {{
  local code
  code=$(curl -sS -X POST "$url" -H @<(key) -H 'Content-Type: application/json'{headers} --data-binary @- \\
    -o "$answer" -w '%{{http_code}}') || {{
    echo "No answer came. The order may stand and be billed; it isn't sent again." >&2
    return 1
  }}
  case $code in 2*) ;; *) echo "Not ordered: $code $(cat "$answer")" >&2; return 1 ;; esac
  jq -r '"ordered \\(.request_id)"' "$answer"
  places+=("$(jq -r .status_url "$answer")" "$(jq -r .response_url "$answer")")
}}

# Waits for an order to its end and saves its pictures; COMPLETED may be a failure, too.
finish() {{
  local status error picture
  SECONDS=0
  while ask "$1"; status=$(jq -r .status "$answer"); [ "$status" = IN_QUEUE ] || [ "$status" = IN_PROGRESS ]; do
    [ $SECONDS -lt 600 ] || fail "Not done after 600 s. The order stands: ask again at $1"
    sleep 1
  done
  error=$(jq -c '.error // empty' "$answer")
  ask "$2"
  if [ "$status" != COMPLETED ] || [ -n "$error" ] ||
    jq -e '.error or .billingStatus == "failed" or (.output // .images | not)' "$answer" > /dev/null; then
    echo "It failed: ${{error:-$(jq -c '.error // .' "$answer")}}" >&2
    return
  fi
  while read -r picture; do
    count=$((count + 1))
    curl -sSf --retry 5 -o "picture-$count.{suffix}" "$picture" || fail "$picture couldn't be fetched"
    echo "picture-$count.{suffix}"
  done < <(jq -r '.output // .images | if type == "object" then .images // .image // .url else . end
    | if type == "array" then .[] else . end | if type == "object" then .url else . end' "$answer")
}}

places=()
count=0
for body in {names}; do
  "$body" > "$answer.body"
  order < "$answer.body" || break
done
rm -f "$answer.body"
for ((at = 0; at < ${{#places[@]}}; at += 2)); do
  finish "${{places[at]}}" "${{places[at + 1]}}"
done
[ "$count" -ge {wanted} ]
"""
_MARK = "\0"


def curl_code(orders: Orders) -> str:
    """Return a bash script that makes the run again; its images are files named `image-1.png` and so on.

    Its tasks at Runware have ids that were drawn for them, so that they can be ordered once.
    """
    is_runware = orders.provider == "runware"
    about = "# Its ids are its own: started again, it is refused and not billed again.\n"
    head = _HEAD.format(
        suffix=orders.suffix,
        variable=orders.variable,
        about=about if is_runware else "# Started again, it orders, and pays, again.\n",
        notes="".join(f"# {note}\n" for note in orders.notes),
        url=shlex.quote(orders.url),
        scheme="Authorization",
        word=orders.scheme,
        data_uri=_DATA_URI if orders.shows_images else "",
    )
    return head + (_of_runware(orders) if is_runware else _of_modelrunner(orders))


def _of_runware(orders: Orders) -> str:
    tasks = [{**task, "taskUUID": str(uuid.uuid4())} for task in orders.tasks]
    return _RUNWARE.format(
        printed=_printed(tasks),
        ids=" ".join(str(task["taskUUID"]) for task in tasks),
        field=result_field(orders),
        save=_SAVES[output_type(orders)],
        suffix=orders.suffix,
        wait=_RUNWARE_WAIT if is_waited_for(orders) else "",
    )


def _of_modelrunner(orders: Orders) -> str:
    names = [f"order_{number}" for number in range(1, len(orders.tasks) + 1)]
    bodies = zip(names, orders.tasks, strict=True)
    return _MODELRUNNER.format(
        origin=shlex.quote(origin_of(orders)),
        bodies="".join(f"{name}() {{\n{_printed(body)}}}\n" for name, body in bodies),
        headers="".join(f" -H {shlex.quote(f'{name}: {value}')}" for name, value in orders.headers.items()),
        names=" ".join(names),
        suffix=orders.suffix,
        wanted=sum(body.get("num_images", 1) for body in orders.tasks),
    )


def _printed(body: Any) -> str:
    """Return lines that print a body: JSON in single quotes, in which the shell reads nothing, and images."""
    pictures: list[Picture] = []

    def leaf(value: Any) -> str:
        if isinstance(value, Picture):
            pictures.append(value)
            return f'"{_MARK}"'
        assert not isinstance(value, NewId), "an id is drawn before"
        return text(value) if isinstance(value, str) else json.dumps(value)

    return "".join(_lines(literal(body, leaf).split(_MARK), pictures))


def _lines(parts: list[str], pictures: list[Picture]) -> Iterator[str]:
    for index, part in enumerate(parts):
        if index:
            picture = pictures[index - 1]
            yield f"  data_uri {shlex.quote(picture.file)} {shlex.quote(picture.kind)}\n"
        yield f"  printf %s {shlex.quote(part)}\n"
