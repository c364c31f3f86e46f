"""A run's order as a shell script on curl and jq."""

import json
import shlex
import uuid
from collections.abc import Iterator
from typing import Any

from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import NewId, Orders, Picture
from backend.adapters.provider.programs.python_code import is_waited_for, origin_of, output_type, result_field

_HEAD = """#!/usr/bin/env bash
# Makes the run again: orders it once, waits, and saves picture-1.{suffix} and so on.
# Needs bash, curl and jq, and the key in {variable}.
{about}{notes}set -uo pipefail

fail() {{ printf '%s\\n' "$*" >&2; exit 1; }}
for tool in curl jq base64; do command -v "$tool" > /dev/null || fail "$tool is needed, and isn't here"; done
: "${{{variable}:?holds no key}}"
url={url}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
# By way of a file, since other programs may read a program's arguments.
key() {{ printf 'Authorization: {scheme} %s\\n' "${variable}"; }}
{data_uri}"""
_DATA_URI = """data_uri() { printf 'data:%s;base64,' "$2"; base64 < "$1" | tr -d '\\n'; }
"""
_SAVE_URL = """
# Saves a picture, and says whether that worked; where it lies is told, so that it can be fetched later.
save() {{
  local kind
  kind=$(curl -sSf --retry 5 -o "$1" -w '%{{content_type}}' "$2") && [[ $kind != text/* ]] && echo "$1" && return
  rm -f "$1"
  echo "$1 lies at $2, and couldn't be fetched" >&2
  return 1
}}
"""
_SAVE_TEXT = """
# Saves a picture that came within the answer.
save() {{ printf %s "${{2##*,}}" | base64 -d > "$1" && echo "$1"; }}
"""
_RUNWARE = """
tasks() {{
{printed}}}
ids=({ids})

# Sends tasks; errors are told, beside what came all the same.
send() {{
  curl -sS -X POST "$url" -H @<(key) -H 'Content-Type: application/json' --data-binary @- -o "$answer" &&
    jq -e 'type == "object"' "$answer" > /dev/null 2>&1 || return
  jq -r '.errors // [] | .[] | "\\(.code) \\(.message)"' "$answer" >&2
}}

# Saves what has come of each task, and says whether all is there.
keep() {{
  local missing=0 number picture
  for number in "${{!ids[@]}}"; do
    [ -n "${{seen[number]:-}}" ] && continue
    picture=$(jq -r --arg id "${{ids[number]}}" '[(.data // [] | .[] | select(.taskUUID == $id) | .{field} // empty),
      (.errors // [] | .[] | select(.taskUUID == $id) | "failed")] | first // empty' "$answer")
    if [ -z "$picture" ]; then missing=1; continue; fi
    seen[number]=yes
    [ "$picture" != failed ] && save "picture-$((number + 1)).{suffix}" "$picture" || lost=1
  done
  return $missing
}}

seen=()
lost=0
tasks | send ||
  fail "No whole answer came. The order may stand and be billed: sent again as it is, it isn't billed again."
keep && exit $lost
{wait}exit 1
"""
_RUNWARE_WAIT = """jq -e '.data // [] | length > 0' "$answer" > /dev/null || exit 1
asked() {
  for number in "${!ids[@]}"; do
    [ -n "${seen[number]:-}" ] || printf '{"taskType":"getResponse","taskUUID":"%s"}' "${ids[number]}"
  done | jq -s .
}
until [ $SECONDS -gt 600 ]; do
  sleep 2
  asked | send && keep && exit $lost
done
"""
_MODELRUNNER = """
origin={origin}
{bodies}
# Asks; again where that may help, since asking costs nothing.
ask() {{
  case $1 in "$origin"*) ;; *) echo "$1 is not ModelRunner's queue: the key doesn't go there." >&2; return 1 ;; esac
  curl -sS --retry 5 --retry-connrefused -H @<(key) -o "$answer" "$1" && return
  echo "$1 doesn't answer. The order stands: ask there again, it isn't sent twice." >&2
  return 1
}}

may_stand="The order may stand and be billed; it isn't sent again."

# Orders once. Nothing is sent again: ModelRunner can't tell a repeat from a second order.
order() {{
  local code
  code=$(curl -sS -X POST "$url" -H @<(key) -H 'Content-Type: application/json'{headers} --data-binary @- \\
    -o "$answer" -w '%{{http_code}}') || {{
    echo "No answer came. $may_stand" >&2
    return 1
  }}
  case $code in
    2*) jq -e .status_url "$answer" > /dev/null 2>&1 || {{ echo "No whole answer came. $may_stand" >&2; return 1; }} ;;
    5*) echo "Answered $code $(cat "$answer") $may_stand" >&2; return 1 ;;
    *) echo "Answered $code $(cat "$answer") Nothing was ordered." >&2; return 1 ;;
  esac
  jq -r '"ordered \\(.request_id)"' "$answer"
  places+=("$(jq -r .status_url "$answer")" "$(jq -r .response_url "$answer")")
}}

# Waits for an order to its end and saves its pictures; COMPLETED may be a failure, too.
finish() {{
  local status=IN_QUEUE error picture
  SECONDS=0
  while ask "$1" || return; status=$(jq -r .status "$answer"); [[ $status == IN_QUEUE || $status == IN_PROGRESS ]]; do
    if [ $SECONDS -gt 600 ]; then echo "Not done after 600 s. The order stands: ask $1" >&2; return; fi
    sleep 1
  done
  error=$(jq -c '.error // empty' "$answer")
  ask "$2" || return
  if [ "$status" != COMPLETED ] || [ -n "$error" ] ||
    jq -e '.error or .billingStatus == "failed" or (.output // .images | not)' "$answer" > /dev/null; then
    echo "It failed: ${{error:-$(jq -c '.error // .' "$answer")}}" >&2
    return
  fi
  while read -r picture; do
    count=$((count + 1))
    save "picture-$count.{suffix}" "$picture" && saved=$((saved + 1))
  done < <(jq -r '.output // .images | if type == "object" then .images // .image // .url else . end
    | if type == "array" then .[] else . end | if type == "object" then .url else . end' "$answer")
}}

places=()
count=0
saved=0
for body in {names}; do
  "$body" > "$answer.body"
  order < "$answer.body" || break
done
rm -f "$answer.body"
for ((at = 0; at < ${{#places[@]}}; at += 2)); do
  finish "${{places[at]}}" "${{places[at + 1]}}"
done
[ "$saved" -ge {wanted} ]
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
        scheme=orders.scheme,
        data_uri=_DATA_URI if orders.shows_images else "",
    )
    return head + (_of_runware(orders) if is_runware else _of_modelrunner(orders))


def _of_runware(orders: Orders) -> str:
    tasks = [{**task, "taskUUID": str(uuid.uuid4())} for task in orders.tasks]
    save = _SAVE_URL if output_type(orders) == "URL" else _SAVE_TEXT
    return save.format() + _RUNWARE.format(
        printed=_printed(tasks),
        ids=" ".join(str(task["taskUUID"]) for task in tasks),
        field=result_field(orders),
        suffix=orders.suffix,
        wait=_RUNWARE_WAIT if is_waited_for(orders) else "",
    )


def _of_modelrunner(orders: Orders) -> str:
    names = [f"order_{number}" for number in range(1, len(orders.tasks) + 1)]
    bodies = zip(names, orders.tasks, strict=True)
    return _SAVE_URL.format() + _MODELRUNNER.format(
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
