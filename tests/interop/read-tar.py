"""Reads a tar archive with Python's own reader and tells what is in it, as JSON. With --summary: only how many, and one hash of all."""
import hashlib
import json
import sys
import tarfile

kinds = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink", tarfile.LNKTYPE: "hardlink"}


def raw(text):
    return text.encode("utf-8", "surrogateescape").hex()


def sha256(archive, member):
    digest = hashlib.sha256()
    if member.isreg():
        content = archive.extractfile(member)
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


entries = []
count = 0
together = hashlib.sha256()
with tarfile.open(sys.argv[1], "r|", encoding="utf-8", errors="surrogateescape") as archive:
    for member in archive:
        count += 1
        digest = sha256(archive, member)
        together.update(member.name.encode("utf-8", "surrogateescape") + digest.encode())
        if "--summary" not in sys.argv:
            entries.append(
                {
                    "name": raw(member.name),
                    "kind": kinds[member.type],
                    "target": raw(member.linkname),
                    "mode": member.mode,
                    "uid": member.uid,
                    "gid": member.gid,
                    "size": member.size,
                    "mtime": repr(member.mtime),
                    "sha256": digest,
                }
            )
        archive.members = []
print(json.dumps({"count": count, "together": together.hexdigest()} if "--summary" in sys.argv else entries))
