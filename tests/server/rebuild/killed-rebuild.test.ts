/** A rebuild that ends at each of its steps, and one that runs after it. */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parsePackId } from '../../../engine/index.ts'
import { type CrashPoint, crashPoints } from '../../../server/storage-volumes/crash-points.ts'
import { connectComputer, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const points = crashPoints.filter((point) => point.startsWith('rebuild:') || point.startsWith('rebuild-copy:'))

describe('a rebuild that is killed', () => {
  test.each(points)('at %s leaves nothing that the next one does not put right', async (point) => {
    let killAt: CrashPoint | undefined
    const reached = (step: CrashPoint) => {
      if (step !== killAt) return
      killAt = undefined
      throw new Error(`killed at ${step}`)
    }
    await using upload = await uploadBox({ uploads: { reached } })
    await using computer = await connectComputer(upload)
    const { rebuild, database } = upload.box
    const writer = new VersionWriter(computer.secrets)
    const commit = async () => {
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      const root = writer.tree([writer.file('file', randomBytes(2000))])
      const answer = await commitTree(session, writer, { root, device: computer.device })
      if (answer.kind !== 'committed') throw new Error(answer.kind)
      return answer.id
    }
    const before = [await commit(), await commit()]
    // Something of each kind to do: a copy to make, a file to put aside, rows to write.
    const { pack_id } = await database.kysely
      .selectFrom('packs')
      .select('pack_id')
      .where('kind', '=', 1)
      .limit(1)
      .executeTakeFirstOrThrow()
    rmSync(computer.place.twinPackFile(parsePackId(pack_id.toString('hex'))))
    writeFileSync(computer.place.packFile(parsePackId('ab'.repeat(32))), 'no pack')
    for (const table of ['snapshots', 'runs', 'jobs', 'chunks', 'packs'] as const)
      await database.kysely.deleteFrom(table).execute()

    killAt = point
    await expect(rebuild.rebuild({ signal: AbortSignal.timeout(20_000) })).rejects.toThrow('killed')
    if (point !== 'rebuild:committed')
      await expect(computer.target.openSession({ job: 'documents', parent: undefined })).rejects.toMatchObject({
        refusal: { code: 'HF-REBUILD-NEEDED' },
      })
    const { repositories } = await rebuild.rebuild({ signal: AbortSignal.timeout(20_000) })
    expect(repositories).toMatchObject([{ versions: 2, packs: 4 }])
    const after = await commit()
    const listed = await Array.fromAsync(computer.target.listSnapshots())
    expect(listed.map(({ id }) => id)).toEqual([...before, after])
  })
})
