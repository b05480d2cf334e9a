"""What Python's own reader finds in a ZIP archive, as JSON: an independent opinion on the archives that the box writes."""
import hashlib, json, sys, zipfile

MAX_READ = 64 * 1024 * 1024

with zipfile.ZipFile(sys.argv[1]) as archive:
    entries = []
    for info in archive.infolist():
        entry = {
            "name": info.filename,
            "size": info.file_size,
            "mode": oct(info.external_attr >> 16),
            "time": list(info.date_time),
            "offset": info.header_offset,
            "extra": info.extra.hex(),
        }
        if info.file_size <= MAX_READ:
            # Reading checks the CRC-32, too.
            entry["sha256"] = hashlib.sha256(archive.read(info)).hexdigest()
        entries.append(entry)
    if len(sys.argv) > 2 and sys.argv[2] == "--summary":
        entries = {"count": len(entries), "first": entries[0], "last": entries[-1]}
json.dump(entries, sys.stdout)
