import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SnapshotId } from '../../engine/index.ts'
import { encodeGoneFile, parseDeviceId, readSnapshotFile } from '../../engine/index.ts'
import type { PackState } from '../../server/packs/pack.ts'
import { stateNames } from '../../server/packs/packs-table.ts'
import type { PruneDone, PruneOutlook } from '../../server/prune/prune.ts'
import type { PruneOptions } from '../../server/prune/prune-service.ts'
import type { Repository } from '../../server/repositories/repository.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from './upload-box.ts'
import { commitTree, VersionWriter } from './version-writer.ts'

export const hourMs = 60 * 60 * 1000
export const dayMs = 24 * hourMs

/** A box with one computer, whose versions are written chunk by chunk, and whose collector is run by hand. */
export interface PruneBox extends AsyncDisposable {
  readonly upload: UploadBox
  readonly computer: TestComputer
  readonly repository: () => Promise<Repository>
  /** A version of these files; each file's bytes are a chunk, and every call makes packs of its own. */
  readonly commit: (files: Readonly<Record<string, Buffer>>, body?: object) => Promise<SnapshotId>
  /** The row and the file of a version go, as retention would take them. */
  readonly forget: (id: SnapshotId) => Promise<void>
  readonly prune: (options?: Partial<PruneOptions>) => Promise<PruneDone>
  readonly plan: () => Promise<PruneOutlook>
  /** Time that the box sees pass. */
  readonly pass: (ms: number) => Promise<void>
  readonly states: () => Promise<Readonly<Partial<Record<PackState, number>>>>
  /** What the repository's folder takes, as `du` counts it. */
  readonly diskBytes: () => number
}

export async function pruneBox(options: Parameters<typeof uploadBox>[0] = {}): Promise<PruneBox> {
  const upload = await uploadBox(options)
  const computer = await connectComputer(upload)
  const { box } = upload
  const { kysely } = box.database
  const repository = () => box.uploads.getRepository(computer.identity.customerId)
  const running = { signal: new AbortController().signal, pace: async () => {} }
  return {
    upload,
    computer,
    repository,
    commit: async (files, body = {}) => {
      const writer = new VersionWriter(computer.secrets)
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      const root = writer.tree(Object.entries(files).map(([name, bytes]) => writer.file(name, bytes)))
      const answer = await commitTree(session, writer, { root, device: computer.device, body })
      if (answer.kind !== 'committed') throw new Error(answer.kind)
      return answer.id
    },
    forget: async (id) => {
      const row = await kysely
        .selectFrom('snapshots')
        .select(['seq', 'device_id'])
        .where('snapshot_id', '=', Buffer.from(id, 'hex'))
        .executeTakeFirstOrThrow()
      const file = computer.place.snapshotFile({ device: parseDeviceId(row.device_id), seq: row.seq, id })
      writeFileSync(`${file}.gone`, encodeGoneFile(readSnapshotFile(readFileSync(file))))
      await kysely.deleteFrom('snapshots').where('snapshot_id', '=', Buffer.from(id, 'hex')).execute()
      rmSync(file)
    },
    prune: async (more = {}) => box.uploads.prune.run(await repository(), { ...running, speed: 'usual', ...more }),
    plan: async () => box.uploads.prune.plan(await repository(), running),
    pass: async (ms) => {
      box.clock.advance(ms)
      await kysely
        .updateTable('observed_time')
        .set((eb) => ({ observed_ms: eb('observed_ms', '+', ms), ticked_at: box.clock.now() }))
        .execute()
    },
    states: async () => {
      const rows = await kysely.selectFrom('packs').select('state').execute()
      const counts: Partial<Record<PackState, number>> = {}
      for (const { state } of rows) counts[stateNames[state]!] = (counts[stateNames[state]!] ?? 0) + 1
      return counts
    },
    diskBytes: () => diskBytesBelow(computer.place.folder),
    [Symbol.asyncDispose]: async () => {
      await computer[Symbol.asyncDispose]()
      await upload[Symbol.asyncDispose]()
    },
  }
}

/** Of the files: a folder keeps its own size when names in it go. */
export function diskBytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0)
}
