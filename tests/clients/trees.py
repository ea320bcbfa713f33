"""Directory trees for backup and synchronisation programs, and what is in one, to compare."""

import hashlib
import os
import pathlib


def make(folder: pathlib.Path, big: int = 12 << 20) -> pathlib.Path:
    """A tree that a careless copy gets wrong: an empty file, names with odd characters, one file of `big` bytes."""
    for name, size in (("empty", 0), ("small.txt", 17), ("dir ä+ü/per%41cent & co", 1000), ("dir ä+ü/deep/er/file", 70_000),
                       ("big.bin", big)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    return folder


def digests(folder: pathlib.Path) -> dict[str, str]:
    """SHA-256 of each file below `folder`, by its relative name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }
