/** Which packs a repository's folders hold, and in which state a pack is by the folder it lies in. */
import { opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { PackState } from '../packs/pack.ts'
import { type RepositoryPlace, twinTrashSuffix } from '../repositories/repository-place.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'

export interface PlacedPack {
  readonly packId: PackId
  readonly state: Extract<PackState, 'stored' | 'trashed' | 'quarantined'>
  readonly file: string
  readonly twin: string
}

export type Found = { readonly kind: 'pack'; readonly pack: PlacedPack } | { readonly kind: 'unknown'; readonly file: string }

/** A pack that lies in two folders counts where it is best: in its place, then in the trash, then in quarantine. */
export async function* listPlacedPacks(place: RepositoryPlace): AsyncGenerator<Found> {
  const inPlace = new Set<PackId>()
  for await (const found of listStored(place)) {
    if (found.kind === 'pack') inPlace.add(found.pack.packId)
    yield found
  }
  const inTrash = new Set<PackId>()
  for await (const name of namesIn(place.trashFolder)) {
    const packId = findPackId(name.endsWith(twinTrashSuffix) ? name.slice(0, -twinTrashSuffix.length) : name)
    if (packId === undefined) yield { kind: 'unknown', file: `trash/${name}` }
    else if (!inPlace.has(packId) && !inTrash.has(packId)) {
      inTrash.add(packId)
      yield { kind: 'pack', pack: { packId, state: 'trashed', file: place.trashFile(packId), twin: place.twinTrashFile(packId) } }
    }
  }
  // What else was put aside there is not listed: that is what the folder is for.
  for await (const name of namesIn(place.quarantineFolder)) {
    const packId = findPackId(name)
    if (packId === undefined || inPlace.has(packId) || inTrash.has(packId)) continue
    const file = join(place.quarantineFolder, name)
    yield { kind: 'pack', pack: { packId, state: 'quarantined', file, twin: file } }
  }
}

/** How many files there are to read, for the progress. */
export async function countStored(place: RepositoryPlace): Promise<number> {
  let count = 0
  for (const prefix of await prefixesIn(place.packsFolder)) count += (await readdir(join(place.packsFolder, prefix))).length
  return count
}

async function* listStored(place: RepositoryPlace): AsyncGenerator<Found> {
  const folders = [
    ['packs', place.packsFolder],
    ['packs2', place.twinPacksFolder],
  ] as const
  const prefixes = new Set((await Promise.all(folders.map(([, folder]) => prefixesIn(folder)))).flat())
  for (const prefix of [...prefixes].sort()) {
    const packs = new Set<PackId>()
    for (const [copy, folder] of folders) {
      for await (const name of namesIn(join(folder, prefix))) {
        const packId = name.startsWith(prefix) ? findPackId(name) : undefined
        if (packId === undefined) yield { kind: 'unknown', file: `${copy}/${prefix}/${name}` }
        else packs.add(packId)
      }
    }
    for (const packId of packs) {
      const pack = { packId, state: 'stored', file: place.packFile(packId), twin: place.twinPackFile(packId) } as const
      yield { kind: 'pack', pack }
    }
  }
}

async function prefixesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = []
  for await (const name of namesIn(folder)) if (/^[0-9a-f]{2}$/.test(name)) names.push(name)
  return names
}

/** A name at a time: a folder that somebody filled with anything is no reason to fail. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) yield entry.name
  } catch (error) {
    if (!hasCode(error, ['ENOENT'])) throw error
  }
}

function findPackId(name: string): PackId | undefined {
  return /^[0-9a-f]{64}$/.test(name) ? parsePackId(name) : undefined
}
