/**
 * Reads packs of the box for a copy, one ahead of the one that is being written: two buffers that are used again and again.
 * What comes out is whole: its SHA-256 is its name.
 */
import { isLive } from '../packs/pack.ts'
import { findPack } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { PackToCopy } from './copied-packs-table.ts'
import type { CopyRun } from './copy-run.ts'
import { packBytes } from './read-pack.ts'

export type PackSource =
  | { readonly kind: 'whole'; readonly pack: PackToCopy; readonly bytes: Uint8Array }
  /** Collected since it was listed. */
  | { readonly kind: 'gone'; readonly pack: PackToCopy }
  | { readonly kind: 'damaged' | 'missing'; readonly pack: PackToCopy }

/** Twice, because a pack may come back out of the trash while it is looked for there. */
const looks = 2

export class PackSources {
  private readonly run: CopyRun
  private readonly repository: Repository
  private reads = 0

  constructor(run: CopyRun, repository: Repository) {
    this.run = run
    this.repository = repository
  }

  /** The bytes of a source stay until the one after the next is taken. */
  async *inOrder(packs: readonly PackToCopy[]): AsyncGenerator<PackSource> {
    let ahead = packs[0] && this.read(packs[0])
    for (let index = 0; ahead !== undefined; index += 1) {
      const source: PackSource = await ahead
      const next = packs[index + 1]
      ahead = next && this.read(next)
      // Nobody may come for it, when what is done with this one fails.
      ahead?.catch(() => {})
      yield source
    }
  }

  private async read(pack: PackToCopy): Promise<PackSource> {
    const target = this.run.buffers[this.reads++ % 2]!
    let wasThere = false
    for (let look = 0; look < looks; look += 1) {
      for (const file of this.candidates(pack)) {
        const { pool, signal } = this.run
        const output = await pool.run('read-pack', { file, target }, { isUrgent: false, signal })
        if (output.kind === 'read' && output.sha256 === pack.packId)
          return { kind: 'whole', pack, bytes: packBytes(target, output.sizeBytes) }
        if (output.kind !== 'absent') wasThere = true
      }
    }
    const row = await findPack(this.run.database.kysely, this.repository.repositoryId, pack.packId)
    if (row === undefined || !isLive(row.state)) return { kind: 'gone', pack }
    return { kind: wasThere ? 'damaged' : 'missing', pack }
  }

  private candidates({ packId, kind }: PackToCopy): readonly string[] {
    const place = this.run.placeOf(this.repository)
    const first = [place.packFile(packId), place.trashFile(packId)]
    return kind === 'tree' ? [...first, place.twinPackFile(packId), place.twinTrashFile(packId)] : first
  }
}
