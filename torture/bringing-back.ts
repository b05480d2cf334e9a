/**
 * A version whose packs went to trash/ already, and whose file somebody put back, as from another disk: `rebuild` gives it its row, and
 * the next run of the collector gives it its packs.
 */
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SnapshotId } from '../engine/index.ts'
import { publicSnapshotId } from '../server/snapshots/snapshot.ts'
import type { Bed } from './bed.ts'
import { commandless, type History } from './history.ts'
import { letVersionsGo } from './let-go.ts'
import { filesIn, placeOf } from './stored-files.ts'
import { passDays } from './time-travel.ts'

/** Above the wait between being condemned and going to trash/, and above what a session may last. */
const daysUntilTrash = 2

export const bringingBack: History = {
  name: 'a version brought back out of the trash',
  isSlow: true,
  prepare: async (bed) => {
    await bed.backUp()
    await bed.backUp()
    const [id, state] = [...bed.acknowledged].at(-2)!
    const file = fileOf(bed, id)
    const aside = join(bed.folder, 'brought back')
    copyFileSync(file, aside)
    await letVersionsGo(bed, { keep: 1 })
    await passDays(bed, 9)
    const { box } = bed
    await box.command('retention')
    await box.command('prune')
    await passDays(bed, daysUntilTrash)
    await box.command('prune')
    if (existsSync(file)) throw new Error(`${file} was to be forgotten by now`)
    copyFileSync(aside, file)
    rmSync(`${file}.gone`)
    await box.command('rebuild')
    await box.command('rebuild', { confirm: true })
    const newest = [...bed.acknowledged]
    bed.acknowledged.clear()
    for (const [known, tree] of [[id, state] as const, ...newest]) bed.acknowledged.set(known, tree)
  },
  begin: (bed) => commandless(collect(bed)),
  finish: collect,
}

async function collect({ box }: Bed): Promise<void> {
  await box.ready()
  await box.command('prune')
}

/** `snapshots/<device>/<number>-<id>`. */
function fileOf(bed: Bed, id: string): string {
  const files = filesIn(placeOf(bed).snapshotsFolder).filter((path) => !path.endsWith('.gone'))
  const file = files.find((path) => publicSnapshotId(/[0-9a-f]{64}/.exec(basename(path))?.[0] as SnapshotId) === id)
  if (file === undefined) throw new Error(`no file is the version ${id}`)
  return file
}
