"""Chooses the inputs of fuzz/corpus/TARGET anew, out of them and of fuzz/target/corpus/TARGET: the 40 that add most to
what smaller ones reach, none over 400 bytes. Wants `cargo +nightly fuzz build TARGET` before."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

LIMIT, MAX_BYTES = 40, 400

target = sys.argv[1]
fuzz = pathlib.Path(__file__).resolve().parent
corpus, found = fuzz / "corpus" / target, fuzz / "target" / "corpus" / target
(binary,) = fuzz.glob(f"target/*/release/{target}")

with tempfile.TemporaryDirectory() as folder:
    small, merged, control = (pathlib.Path(folder) / name for name in ("small", "merged", "control"))
    small.mkdir()
    merged.mkdir()
    inputs = {path.read_bytes() for source in (found, corpus) if source.is_dir() for path in source.iterdir()}
    for number, data in enumerate(data for data in inputs if len(data) <= MAX_BYTES):
        (small / str(number)).write_bytes(data)
    command = [binary, "-merge=1", f"-merge_control_file={control}", merged, small]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    # libFuzzer goes from small inputs to large ones, and notes what each adds to those before it: how many files
    # there are, how many of them are old, their names, then "FT <index> <feature>…" for each.
    count, _, *lines = control.read_text().splitlines()
    names, lines = lines[: int(count)], lines[int(count) :]
    added = {}
    for line in lines:
        kind, index, *features = line.split()
        if kind == "FT":
            added[names[int(index)]] = len(features)
    chosen = sorted(added, key=added.get, reverse=True)[:LIMIT]
    chosen = [pathlib.Path(name).read_bytes() for name in chosen if added[name]]

shutil.rmtree(corpus, ignore_errors=True)
corpus.mkdir(parents=True)
for number, data in enumerate(sorted(chosen, key=len), 1):
    (corpus / f"{number:02}").write_bytes(data)
print(f"{target}: {len(chosen)} of {len(inputs)} inputs, {sum(map(len, chosen))} bytes")
