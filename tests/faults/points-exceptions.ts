/**
 * Files of storage code with steps that have no crash point beside them, how many, and why they need none. Where the reason is a state that a fall
 * leaves and the next boot or run meets again, that state has points of its own before and after.
 */
export const exceptions: Readonly<Record<string, readonly [steps: number, why: string]>> = {
  // The primitives. Their callers have the points: by the type of `reached`, or beside the call.
  'server/storage-volumes/durable-file.ts': [4, 'the primitives themselves; each takes its points from its caller'],
  'server/storage-volumes/direct-file.ts': [1, 'a primitive: the handle whose sync() the caller stands points beside'],
  'server/runtime/replace-file.ts': [5, 'the primitive for small files, one rename; what calls it is listed here or has points'],

  // Nothing that a backup needs.
  'server/drills/scratch.ts': [1, 'the scratch folder of a drill, removed again at each start (tests/server/drills)'],
  'server/cli/caller.ts': [1, 'a file that a person asked a command to write, outside the data folder'],
  'server/control/control-server.ts': [1, 'the control socket, made anew by each start'],
  'server/health/disk-check.ts': [1, 'a probe, removed again'],
  'server/runtime/rotating-file.ts': [1, 'log files'],
  'server/runtime/socket-place.ts': [1, 'the place of a socket, found or made anew'],
  'server/runtime/data-lock.ts': [
    5,
    'the lock of a process; one that fell leaves a stale lock, which tests/server/runtime proves is taken over',
  ],
  'server/tls/server-identity.ts': [2, 'a certificate that the box signs anew when it is missing or half written'],
  'server/database/mariadb/server-process.ts': [1, 'the database’s own log'],

  // First starts: what is half made is made again, and nobody was told anything yet.
  'server/database/mariadb/server-folder.ts': [
    3,
    'a database’s folder has its name only when it is whole (tests/server/database)',
  ],
  'server/runtime/data-folder.ts': [1, 'the box’s id, made last of a first start'],
  'server/runtime/master-key.ts': [
    1,
    'the first key of a box that holds nothing; a later one has the points next-key and box-key',
  ],
  'server/tls/authority.ts': [2, 'the first certificate of a box that nobody knows yet'],
  'server/repositories/create-repository.ts': [
    2,
    'rows first, files made from them as often as it takes (create-repository.test.ts)',
  ],
  'server/repositories/repository-place.ts': [3, 'empty folders, made again at each boot'],
  'server/storage-volumes/volume-id.ts': [1, 'an id, written before the first use of its disk'],
  'server/storage-volumes/volume.ts': [1, 'the probe by which a disk shows that it takes writes'],
  'server/storage-volumes/reserve-file.ts': [1, 'the reserve holds nothing; it is filled again when it is short'],
  'server/storage-volumes/places-file.ts': [
    1,
    'where repositories lie: one rename, between the points move:before-switch and move:switched',
  ],

  // Decided by rows or files that have points, and done again until it is done.
  'server/commits/adopt-versions.ts': [
    2,
    'the boot’s reading of files into rows; a fall leaves files, and the next boot reads them again',
  ],
  'server/commits/adoption-service.ts': [1, 'the boot’s emptying of tmp/, where nothing has a name yet'],
  'server/commits/commits-service.ts': [
    2,
    'a temporary file, and rows that only stage; the commit itself is settle-commit.ts, with points',
  ],
  'server/packs/incoming-pack.ts': [1, 'a temporary file of an upload that failed'],
  'server/packs/packs-service.ts': [
    1,
    'a claim on a pack that is stored: the answer is its only effect, and is not given before',
  ],
  'server/packs/pack-files.ts': [
    5,
    'files without rows, moved at boot: quarantine keeps every byte, and a twin is read from its other half',
  ],
  'server/prune/finish-intents.ts': [2, 'the boot’s finishing of decisions; it begins from the same rows again'],
  'server/prune/repack.ts': [1, 'forgets a note that the points repack:noted and repack:abandoned stand around'],
  'server/prune/settle-trash.ts': [1, 'rows after files whose moves have points; the next run finds the same difference'],
  'server/prune/trash-files.ts': [
    1,
    'one rename of two; the points trash:renamed and untrash:renamed follow each move by its caller',
  ],
  'server/moves/bring-level.ts': [2, 'the copy under way; the points move:… stand around each of its stages'],
  'server/moves/copy-file.ts': [2, 'one file of a copy that nothing reads yet; it is compared again after a fall'],
  'server/moves/move-repository.ts': [1, 'one rename, between the points move:switched and move:set-aside'],
  'server/copies/copies-service.ts': [1, 'the settings of a copy, one row'],
  'server/retention/apply-all.ts': [
    1,
    'rows that say when a computer was looked at last; its decisions have the points mark and forget',
  ],
  'server/retention/forget-computer.ts': [
    1,
    'rows that put versions into the bin; each mark file has its point, and forgetting goes on where it stopped',
  ],
  'server/demo/demo-folder.ts': [1, 'a folder of samples that nobody backs up but the demonstration'],
  'server/demo/seed-command.ts': [1, 'the temporary folder of a demonstration’s computers'],
  'server/snapshots/version-marks.ts': [1, 'marks of versions that are gone; point forget:marks-unlinked follows'],
  'server/rebuild/rebuild-keys.ts': [2, 'rows from files that stay; rebuild begins again from the same files'],
  'server/rebuild/rebuild-packs.ts': [1, 'rows from files that stay; rebuild begins again from the same files'],
  'server/rebuild/rebuild-service.ts': [1, 'a person’s confirmation, one row'],
  'server/rebuild/rebuild-versions.ts': [3, 'rows from files that stay; rebuild begins again from the same files'],
  'server/rebuild/take-in.ts': [2, 'an owner and a description for a folder that had none; found again by the next rebuild'],
  'server/repositories/device-slots.ts': [
    3,
    'the slot of a computer that was not answered yet, or is locked out already: a slot nobody has the key of',
  ],
  'server/recovery-kits/server-secret.ts': [1, 'one rename; box-key:server-secret follows where it is replaced'],

  // Recovery into an empty folder: it is marked as begun, and begins again until it has ended.
  'server/recovery/copy-file.ts': [1, 'a copy into an empty box, between recover:begun and recover:ended'],
  'server/recovery/put-keys.ts': [5, 'keys of an empty box, before the point recover:keys-put'],
  'server/recovery/recover-box.ts': [1, 'folders of an empty box, between recover:begun and recover:ended'],
  'server/recovery/recovery-marker.ts': [3, 'the mark itself; recover:begun and recover:ended follow it'],
  'server/self-backups/restore-newest.ts': [1, 'one transaction over empty tables; it is done again when it did not happen'],
}
