#!/usr/bin/env bash
# What becomes of an exception of a function that a component calls, in wasmtime 50.0.1 (PyPI). Needs python3 with venv and the public
# registry; uses a temporary folder only. Fails when an answer changes.
#
# Seen: it is kept in one place for the whole process, so that of two threads whose functions raise at the same time, one may get
# "python exception" instead of its own. KeyboardInterrupt is not caught at all: Ctrl-C during the function is printed and forgotten,
# and the component is given a result that nobody made, which fails as "type mismatch". A function that the component calls must
# therefore catch everything itself; the package in integrations/python does.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check wasmtime==50.0.1

cat > expected.txt <<'EXPECTED'
ValueError: ValueError
KeyboardInterrupt: WasmtimeError, type mismatch
two threads: some exceptions were lost
EXPECTED

cat > raise.py <<'PYTHON'
import threading

import wasmtime
from wasmtime import component as wasm

engine = wasmtime.Engine()
component = wasm.Component(engine, """(component
  (import "ask" (func $ask (result u32)))
  (core func $lowered (canon lower (func $ask)))
  (core module $module (import "" "ask" (func $ask (result i32))) (func (export "run") (result i32) (call $ask)))
  (core instance $core (instantiate $module (with "" (instance (export "ask" (func $lowered))))))
  (func (export "run") (result u32) (canon lift (core func $core "run"))))""")


def caller(function):
    linker = wasm.Linker(engine)
    with linker.root() as root:
        root.add_func("ask", function)
    store = wasmtime.Store(engine)
    instance = linker.instantiate(store, component)
    return lambda: instance.get_func(store, "run")(store)


for kind in (ValueError, KeyboardInterrupt):

    def ask(store):
        raise kind

    try:
        caller(ask)()
    except BaseException as error:
        print(f"{kind.__name__}: {type(error).__name__}{', type mismatch' if 'type mismatch' in str(error) else ''}")

lost = 0
together = threading.Barrier(2)


def worker(kind):
    global lost

    def ask(store):
        together.wait()
        raise kind

    for _ in range(500):
        try:
            caller(ask)()
        except kind:
            pass
        except wasmtime.WasmtimeError:
            lost += 1


threads = [threading.Thread(target=worker, args=[kind]) for kind in (ValueError, LookupError)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"two threads: {'some' if lost else 'no'} exceptions were lost")
PYTHON
venv/bin/python raise.py > seen.txt 2> /dev/null
diff expected.txt seen.txt
cat seen.txt
