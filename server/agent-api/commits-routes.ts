/** Versions over HTTP, as agents send and read them: commits, the list of a device's own versions, and their files. */
import { createRoute, z } from '@hono/zod-openapi'
import type { CommitOutcome } from '../commits/commit.ts'
import type { CommitsService } from '../commits/commits-service.ts'
import type { ReadVersion } from '../commits/read-version.ts'
import { askingDevice } from '../devices/asking-device.ts'
import { formatTime, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { agentsOnly, headBody, sessionIdOf } from './sessions-routes.ts'

const ownVersionSchema = z
  .object({
    id: z.string(),
    version: z.string(),
    seq: z.int(),
    job: z.string(),
    root: z.string(),
    previous: z.string().nullable(),
    serverTimeMs: z.int(),
    takenAt: timeSchema,
    receivedAt: timeSchema,
    verdict: z.string(),
    isCheckpoint: z.boolean(),
    files: z.int(),
    bytes: z.int(),
    skipped: z.int(),
  })
  .openapi('OwnVersion')

const listRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/snapshots',
  summary: "The device's own versions, newest first",
  ...agentsOnly,
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(ownVersionSchema)) }, ...problemResponses },
})

export function agentCommitsRoutes(services: {
  readonly commits: CommitsService
  readonly snapshots: Pick<SnapshotsService, 'listOfDevice'>
  readonly readVersion: ReadVersion
}): App {
  const { commits, snapshots, readVersion } = services
  const routes = newRoutes()
  routes.post('/api/agent/v1/sessions/:sessionId/commit', async (c) => {
    const outcome = await commits.commit({
      device: askingDevice(c),
      sessionId: sessionIdOf(c),
      bytes: Buffer.from(await c.req.arrayBuffer()),
      isCheckpoint: c.req.query('checkpoint') === '1',
    })
    return c.json(commitBody(outcome), 201)
  })
  routes.openapi(listRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const list = ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) =>
      snapshots.listOfDevice({ deviceId, beforeSeq: after === undefined ? undefined : cursorNumber(after), limit })
    const page = await readPage(c.req.valid('query'), list, ({ seq }) => String(seq))
    return c.json({ items: page.items.map(versionBody), nextCursor: page.nextCursor }, 200)
  })
  routes.get('/api/agent/v1/snapshots/:snapshotId', async (c) => {
    const bytes = await readVersion(askingDevice(c), c.req.param('snapshotId'))
    if (bytes === undefined) throw new Problem('HF-NOT-FOUND')
    return c.body(Uint8Array.from(bytes), 200, { 'content-type': 'application/octet-stream' })
  })
  return routes
}

function commitBody(outcome: CommitOutcome) {
  switch (outcome.kind) {
    case 'committed': {
      const { snapshotId, seq, verdict, next, instance } = outcome
      return { id: snapshotId, seq, verdict, next: next === undefined ? null : headBody(next), instance }
    }
    case 'stale-head':
      throw new Problem('HF-STALE-HEAD', { members: { head: headBody(outcome.head) } })
    case 'missing': {
      const { ids, isComplete } = outcome
      const detail = `${ids.length}${isComplete ? '' : ' or more'} parts of this version are not there.`
      throw new Problem('HF-CHUNKS-MISSING', { detail, members: { missing: ids.map((id) => id.toString('hex')), isComplete } })
    }
    default:
      return outcome satisfies never
  }
}

function versionBody(version: Snapshot): z.input<typeof ownVersionSchema> {
  return {
    id: version.snapshotId,
    version: version.id,
    seq: version.seq,
    job: version.job,
    root: version.root.toString('hex'),
    previous: version.previous ?? null,
    serverTimeMs: version.serverTimeAt,
    takenAt: formatTime(version.takenAt),
    receivedAt: formatTime(version.receivedAt),
    verdict: version.verdict,
    isCheckpoint: version.isCheckpoint,
    files: version.counts.files,
    bytes: version.counts.bytes,
    skipped: version.counts.skipped,
  }
}
