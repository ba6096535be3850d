"""Packs checkpoints by seed, and unpacks each archive again with another program: make.py FIXTURES OUT FIRST COUNT

OUT/<seed>/ holds the archive, `unpacked` as the oracle left it, and case.json.
"""

import gzip
import io
import json
import random
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

TAR_FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def checkpoints(fixtures: Path) -> list[Path]:
    """Directories that hold no symlink: what one leads to need not be packed."""
    found = []
    for marker in sorted(fixtures.glob("*/**/expected.json")):
        for directory in sorted(marker.parent.iterdir()):
            if directory.is_dir() and not any(p.is_symlink() for p in directory.rglob("*")):
                found.append(directory)
    return found


def members(source: Path, top: str, rng: random.Random) -> list[tuple[str, Path]]:
    paths = [p for p in sorted(source.rglob("*")) if p.is_file() or not any(p.iterdir())]
    if rng.random() < 0.5:
        rng.shuffle(paths)
    return [(top + str(p.relative_to(source)), p) for p in paths]


def pack_tar(source: Path, top: str, rng: random.Random) -> bytes:
    out = io.BytesIO()
    form = rng.choice(list(TAR_FORMATS.values()))
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        first = {}
        for name, path in members(source, top, rng):
            info = tar.gettarinfo(path, name)
            info.mtime = int(info.mtime)
            content = path.read_bytes() if path.is_file() else b""
            if rng.random() < 0.05 and content in first:
                info.type, info.linkname, info.size = tarfile.LNKTYPE, first[content], 0
                tar.addfile(info)
                continue
            first.setdefault(content, name)
            if rng.random() < 0.02 and path.is_file():
                old = tarfile.TarInfo(name)
                old.size = 3
                tar.addfile(old, io.BytesIO(b"old"))
                first.pop(content, None)
            tar.addfile(info, io.BytesIO(content) if path.is_file() else None)
    return out.getvalue()


def pack_zip(source: Path, top: str, rng: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, path in members(source, top, rng):
            if path.is_dir():
                file.writestr(zipfile.ZipInfo(name + "/"), b"")
                continue
            info = zipfile.ZipInfo(name)
            info.compress_type = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            with file.open(info, "w", force_zip64=rng.random() < 0.2) as member:
                member.write(path.read_bytes())
        if rng.random() < 0.2:
            file.comment = b"c" * rng.randrange(1, 2000)
    return out.getvalue()


def run(command: list[str], **more) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout


def pack_by_program(source: Path, top: str, rng: random.Random) -> tuple[str, bytes] | None:
    program = rng.choice([p for p in ("tar", "bsdtar", "zip") if shutil.which(p)])
    name = source.name
    if program == "zip":
        return "zip", run(["zip", "-qr", "-" + rng.choice("0619"), "-", name], cwd=source.parent)
    if program == "tar":
        form = rng.choice(["v7", "ustar", "gnu", "oldgnu", "pax"])
        return "tar", run(["tar", f"--format={form}", "-cf", "-", name], cwd=source.parent)
    form = rng.choice(["ustar", "pax", "gnutar", "zip"])
    return ("zip" if form == "zip" else "tar"), run(["bsdtar", "--format", form, "-cf", "-", name], cwd=source.parent)


def compress(tar: bytes, rng: random.Random) -> tuple[str, bytes]:
    ways = ["tar", "tar.gz", "tar.gz", "members"] + (["tar.zst"] * 2 if shutil.which("zstd") else [])
    way = rng.choice(ways)
    if way == "tar":
        return "tar", tar
    if way == "tar.gz":
        return "tar.gz", gzip.compress(tar, rng.randrange(10))
    if way == "members":
        cut = rng.randrange(len(tar))
        return "tgz", gzip.compress(tar[:cut]) + gzip.compress(tar[cut:])
    cuts = sorted(rng.randrange(len(tar)) for _ in range(rng.randrange(3)))
    parts = [tar[a:b] for a, b in zip([0, *cuts], [*cuts, len(tar)], strict=True)]
    return "tar.zst", b"".join(run(["zstd", "-q", f"-{rng.randrange(1, 19)}", "-c"], input=part) for part in parts)


def damage(archive: bytes, rng: random.Random) -> tuple[str, bytes]:
    if rng.random() < 0.5:
        return "cut", archive[: rng.randrange(1, len(archive))]
    changed = bytearray(archive)
    for _ in range(rng.randrange(1, 4)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return "flips", bytes(changed)


def unpack(archive: Path, kind: str, out: Path, rng: random.Random) -> str | None:
    """What stood in the way, if anything."""
    out.mkdir()
    try:
        if kind == "zip":
            with zipfile.ZipFile(archive) as file:
                file.extractall(out)
        elif kind != "tar.zst" and rng.random() < 0.5:
            with tarfile.open(archive) as tar:
                # Python 3.11.2 of Debian 12 has no filters yet.
                tar.extractall(out, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        else:
            program = "bsdtar" if shutil.which("bsdtar") and rng.random() < 0.5 else "tar"
            run([program, "-xf", str(archive.resolve()), "-C", str(out)])
    except Exception as error:  # whatever it is, it unpacked less than all
        return f"{type(error).__name__}: {error}"[:200]
    return None


def main() -> None:
    fixtures, out, first, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    sources = checkpoints(fixtures)
    for seed in range(first, first + count):
        rng = random.Random(seed)
        source = rng.choice(sources)
        place = out / str(seed)
        place.mkdir()
        top = f"{source.name}/" if rng.random() < 0.5 else rng.choice(["", "./", f"a/b/{source.name}/"])
        packed = rng.choice(["tar", "zip", "program"])
        if packed == "program":
            kind, archive = pack_by_program(source, top, rng)
            top = f"{source.name}/"
        elif packed == "zip":
            kind, archive = "zip", pack_zip(source, top.replace("./", ""), rng)
        else:
            kind, archive = "tar", pack_tar(source, top, rng)
        if kind == "tar":
            kind, archive = compress(archive, rng)
        damaged = None
        if rng.random() < 0.3:
            damaged, archive = damage(archive, rng)
        file = place / f"archive.{kind}"
        file.write_bytes(archive)
        inner = top.replace("./", "").rstrip("/")
        failure = unpack(file, kind, place / "unpacked", rng)
        case = {"source": str(source), "inner": inner, "file": file.name, "damaged": damaged, "failure": failure}
        (place / "case.json").write_text(json.dumps(case))


main()
