/**
 * Packs that are damaged where they lie, found by a check and repaired: a tree pack out of its other file, a data pack record by record
 * into a new one. The file whose record is lost is still on the computer, so the next backup sends it again.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bed } from './bed.ts'
import { commandless, type History } from './history.ts'
import { packsIn, placeOf, recordsOf } from './stored-files.ts'

/** Of no other file's size, and one chunk: its record can be told from the rest by its length. */
const preciousBytes = 61_000
const recordBytes = { least: 60_000, most: 63_000 } as const

export const damaging: History = {
  name: 'check and repair',
  prepare: async (bed) => {
    writeFileSync(join(bed.source, 'precious'), bed.random.bytes(preciousBytes))
    const sent = await bed.backUp()
    if (sent.exitCode !== 0) throw new Error(`the backup before the damage ended with ${sent.exitCode}: ${sent.errors}`)
    damagePrecious(bed)
    if (bed.random.below(2) === 0) damageTree(bed)
  },
  begin: (bed) => commandless(repair(bed)),
  finish: repair,
}

async function repair({ box }: Bed): Promise<void> {
  await box.ready()
  await box.command('check', { data: true, repair: true })
}

function damagePrecious(bed: Bed): void {
  const place = placeOf(bed)
  for (const packId of packsIn(place.packsFolder)) {
    const file = place.packFile(packId)
    const [record] = recordsOf(file, recordBytes)
    if (record === undefined) continue
    flip(file, record.offset + Math.floor(record.length / 2))
    bed.quarantined.add(packId)
    return
  }
  throw new Error('no pack holds the precious file')
}

function damageTree(bed: Bed): void {
  const place = placeOf(bed)
  const packId = bed.random.pick(packsIn(place.twinPacksFolder))
  const file = bed.random.below(2) === 0 ? place.packFile(packId) : place.twinPackFile(packId)
  flip(file, bed.random.below(readFileSync(file).length))
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at]! ^= 0x10
  writeFileSync(file, bytes)
}
