// What a restore would do, without doing it: the same walk, the same pure decisions, nothing written. Files whose size and time are the
// version's are taken for the same; files of the same size and another time are read and compared, as a restore would.

import { readdirSync, realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { deriveKeys, type RepositoryKeys } from '../crypto/keys.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import type { ChunkId } from '../model/ids.ts'
import { namesOfPath } from '../repository/path-names.ts'
import { gatherPlaintexts, type PlaintextSource, plaintextSource } from '../repository/plaintext-source.ts'
import { joinNames, walkTree } from '../repository/tree-walk.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import { absolutePath } from './destination.ts'
import type { LocalPath } from './folders.ts'
import { isHeldBy } from './held-bytes.ts'
import { type LocalEntry, lookAt } from './local-entry.ts'
import { unusableName } from './local-name.ts'
import { decide, decideCompared, type Existing, isSameSize, isSameTime } from './overwrite.ts'
import type { ByItems, RestoreSettings } from './restore.ts'
import { sourcePath } from './restore-report.ts'
import type { SelectedItem } from './selection.ts'

export interface Rehearsal {
  /** Files, links and pipes that are not there. */
  readonly creates: number
  /** Folders that are not there. */
  readonly folders: number
  readonly replaces: number
  readonly beside: number
  readonly same: number
  /** Stay as they are by the rule. */
  readonly keeps: number
  /** Cannot be had: names that this system has not, parts of the version that cannot be read. */
  readonly fails: number
  /** Are there, and not in the version: what a revert takes away, folders apart. Counted where asked for. */
  readonly goes: number
  /** Of what would be written. */
  readonly bytes: number
  /** The first of those that would be replaced. */
  readonly replaced: readonly Buffer[]
  /** The first of those that go. */
  readonly gone: readonly Buffer[]
  /** False: it took too long, and these are at least so many; a file whose bytes were not seen to their end is not counted. */
  readonly isWhole: boolean
}

export type RehearsalOptions = Pick<RestoreSettings, 'records' | 'secrets' | 'destination' | 'overwrite' | 'signal'> &
  ByItems & {
    /** Whether what is not in the version is counted, too. */
    readonly countsRest?: boolean
    /** Selected, and not in the version: a revert takes away what lies there. */
    readonly absent?: readonly Buffer[]
    /** Whether there is time left; asked at each entry. */
    readonly goesOn?: () => boolean
  }

export const rehearsedNamesMax = 100

export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const run = new RehearsalRun(options)
  for (const item of options.items) await run.item(item)
  for (const path of options.absent ?? []) await run.absent(path)
  return run.counts
}

/** Undefined: it is not there, and nothing below it. */
type Here = LocalPath | undefined

/** A folder in the middle of its visit, and the names of it that the version has. */
interface Frame {
  readonly path: Buffer
  readonly here: Here | 'stop'
  readonly names: Set<string>
}

class RehearsalRun {
  readonly counts = {
    creates: 0,
    folders: 0,
    replaces: 0,
    beside: 0,
    same: 0,
    keeps: 0,
    fails: 0,
    goes: 0,
    bytes: 0,
    replaced: [] as Buffer[],
    gone: [] as Buffer[],
    isWhole: true,
  }
  private readonly options: RehearsalOptions
  private readonly keys: RepositoryKeys
  private readonly plaintexts: PlaintextSource

  constructor(options: RehearsalOptions) {
    this.options = options
    this.keys = deriveKeys(options.secrets)
    this.plaintexts = plaintextSource(options.records, options.secrets)
  }

  async item(item: SelectedItem): Promise<void> {
    const above = this.placeAbove(item)
    const inside = item.entry ? await this.entry(above, item.entry, item.path) : above
    if (!item.tree || (item.entry && inside === 'stop')) return
    await this.below(inside === 'stop' ? undefined : inside, item.tree, item.path)
  }

  /** A path that the version has not: what lies there goes. */
  async absent(path: Buffer): Promise<void> {
    const names = namesOfPath(path)
    const above = this.placeOf(names.slice(0, -1))
    const at = above && names.length > 0 ? joinNames(Buffer.from(above as string), names.at(-1)!) : undefined
    if (at) await this.goes(at, path)
  }

  /** The folder that the item goes into, where it is there. */
  private placeAbove({ above }: SelectedItem): Here {
    return this.placeOf(above.map(({ name }) => name))
  }

  private placeOf(names: readonly Buffer[]): Here {
    const { destination } = this.options
    const base =
      destination.kind === 'original'
        ? absolutePath(names)
        : Buffer.concat([
            Buffer.from(resolve(destination.path.toString('latin1')), 'latin1'),
            ...(destination.strip ? [] : names.flatMap((name) => [Buffer.from('/'), name])),
          ])
    try {
      const real = realpathSync(base, 'buffer')
      return statSync(real).isDirectory() ? real : undefined
    } catch {
      return undefined
    }
  }

  private async below(top: Here, tree: ChunkId, topPath: Buffer): Promise<void> {
    const { records, signal, goesOn } = this.options
    const gather = (ids: readonly ChunkId[]) => gatherPlaintexts(records, this.keys, ids, signal)
    const way: Frame[] = [{ path: topPath, here: top, names: new Set() }]
    for await (const event of walkTree(gather, tree, topPath)) {
      signal?.throwIfAborted()
      if (goesOn?.() === false) {
        this.counts.isWhole = false
        return
      }
      if (event.kind === 'lost') {
        this.counts.fails++
        continue
      }
      const { path, entry } = event
      const parent = path.subarray(0, Math.max(0, path.length - entry.name.length - 1))
      while (way.length > 1 && !way.at(-1)!.path.equals(parent)) await this.countRest(way.pop()!)
      const { here, names } = way.at(-1)!
      names.add(entry.name.toString('latin1'))
      const inside = here === 'stop' ? 'stop' : await this.entry(here, entry, path)
      if (entry.type === 'directory') way.push({ path, here: inside, names: new Set() })
    }
    for (const frame of way.toReversed()) await this.countRest(frame)
  }

  /** Where its own entries would go; `stop`: nowhere. */
  private async entry(parent: Here, entry: TreeEntry, path: Buffer): Promise<Here | 'stop'> {
    const { counts } = this
    if (entry.type === 'special' && entry.special === 'socket') return 'stop'
    if (unusableName(entry.name, process.platform) || (entry.type === 'special' && entry.special !== 'fifo')) {
      counts.fails++
      return 'stop'
    }
    const at = parent && joinNames(Buffer.from(parent as string), entry.name)
    const existing = at && look(at)
    if (!existing) {
      this.writes(entry)
      if (entry.type === 'directory') counts.folders++
      else counts.creates++
      return undefined
    }
    const decision = await this.decide(entry, existing, at)
    if (decision === undefined) {
      counts.isWhole = false
      return 'stop'
    }
    if (decision === 'enter') return at
    const put = decision === 'beside' && entry.type === 'directory' ? besideFolder(parent, entry.name) : undefined
    if (put) return put
    if (decision === 'same') counts.same++
    if (decision === 'keep') counts.keeps++
    if (decision === 'replace' || decision === 'beside') this.writes(entry)
    if (decision === 'beside') counts.beside++
    if (decision === 'replace') {
      counts.replaces++
      if (counts.replaced.length < rehearsedNamesMax) counts.replaced.push(sourcePath(path))
    }
    return entry.type === 'directory' && (decision === 'replace' || decision === 'beside') ? undefined : 'stop'
  }

  private async countRest({ path, here, names }: Frame): Promise<void> {
    if (this.options.countsRest !== true || here === undefined || here === 'stop') return
    for (const name of childrenOf(here))
      if (!names.has(name.toString('latin1')))
        await this.goes(joinNames(Buffer.from(here as string), name), joinNames(path, name))
  }

  /** Everything at a path and below it, but for what a revert leaves: sockets and devices. */
  private async goes(at: LocalPath, path: Buffer): Promise<void> {
    const existing = look(at)
    if (!existing || (existing.kind === 'special' && !existing.isPipe)) return
    if (this.options.goesOn?.() === false) {
      this.counts.isWhole = false
      return
    }
    if (existing.kind === 'directory') {
      await setImmediate()
      this.options.signal?.throwIfAborted()
      for (const name of childrenOf(at)) await this.goes(joinNames(Buffer.from(at as string), name), joinNames(path, name))
      return
    }
    this.counts.goes++
    if (this.counts.gone.length < rehearsedNamesMax) this.counts.gone.push(sourcePath(path))
  }

  private writes(entry: TreeEntry): void {
    if ('size' in entry) this.counts.bytes += entry.size
  }

  private async decide(entry: TreeEntry, existing: Existing, at: LocalPath) {
    const { overwrite } = this.options
    const decision = decide(overwrite, entry, existing)
    if (decision.kind !== 'compare') return decision.kind
    const isSame = isSameSize(entry, existing) && (isSameTime(entry, existing) || (await this.holds(at, entry)))
    return isSame === undefined
      ? undefined
      : decideCompared(overwrite, isSame, { isOlder: existing.mtimeNs < entry.mtimeNs }).kind
  }

  private async holds(at: LocalPath, entry: TreeEntry): Promise<boolean | undefined> {
    const { signal, goesOn } = this.options
    const looking = { plaintexts: this.plaintexts, keys: this.keys, signal, goesOn }
    return (entry.type === 'file' || entry.type === 'hardlink') && (await isHeldBy(at, entry, looking))
  }
}

function childrenOf(folder: LocalPath): readonly Buffer[] {
  try {
    return readdirSync(folder, 'buffer')
  } catch {
    return []
  }
}

function look(at: LocalPath): LocalEntry | undefined {
  try {
    return lookAt(at)
  } catch {
    return undefined
  }
}

/** The folder that a restore has put beside a taken name before, which its contents go into again; undefined: there is none. */
function besideFolder(parent: Here, name: Buffer): Here {
  for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
    const at = joinNames(Buffer.from(parent as string), besideName(name, attempt))
    const existing = look(at)
    if (!existing) return undefined
    if (existing.kind === 'directory') return at
  }
  return undefined
}
