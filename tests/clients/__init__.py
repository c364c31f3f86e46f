"""Other people's programs that speak the APIs, as they are: each in an environment of its own, run as a process.

A client is a folder here: `requirements.txt` (every package of it pinned, as `pip freeze` prints) or `package.json`
with `package-lock.json` (without the registry's addresses), and scripts that use it. `environments.py` makes the
environments, `run.py` runs the scripts.
"""
