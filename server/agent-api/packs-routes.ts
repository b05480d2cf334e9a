/** Packs in, records out: the routes that move bytes. They use node's own streams; a web stream would cost half as much CPU again. */
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type PackId, type PackKind, parsePackId, recordsPerCallMax } from '../../engine/index.ts'
import type { UploadsService } from '../backup-sessions/uploads-service.ts'
import { askingDevice } from '../devices/asking-device.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { announcedBytes } from '../http/counted-body.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { RecordsService } from '../records/records-service.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RestoreOrdersService } from '../restore-orders/restore-orders-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { readIds } from './id-lists.ts'
import { sessionIdOf } from './sessions-routes.ts'

export function agentPacksRoutes(services: {
  readonly uploads: UploadsService
  readonly records: RecordsService
  readonly getRepository: (customerId: Id<'cus'>) => Promise<Repository>
  readonly restoreOrders: Pick<RestoreOrdersService, 'mayRead'>
}): App {
  const { uploads, records, getRepository, restoreOrders } = services
  const routes = newRoutes()
  routes.put('/api/agent/v1/sessions/:sessionId/packs/:packId', async (c) => {
    const answer = await uploads.receive({
      device: askingDevice(c),
      sessionId: sessionIdOf(c),
      packId: packIdOf(c),
      kind: kindOf(c),
      body: incomingOf(c),
      announcedBytes:
        c.req.header('transfer-encoding') === undefined ? announcedBytes(c.req.header('content-length')) : undefined,
    })
    return answer.kind === 'stored' ? c.json({ stored: true }, 201) : c.json({ stored: false }, 200)
  })
  routes.post('/api/agent/v1/records', async (c) => {
    const device = askingDevice(c)
    // For a restore that the box ordered: a grant that has ended gives nothing more.
    const restore = c.req.query('restore')
    if (restore !== undefined && !(isId('rst', restore) && (await restoreOrders.mayRead(device, restore))))
      throw new Problem('HF-NOT-FOUND')
    const repository = await getRepository(device.customerId)
    const ids = await readIds(c, recordsPerCallMax)
    const outgoing = c.env.outgoing
    if (outgoing === undefined) throw new Error('records are only given over a socket')
    await sendRecords(outgoing as ServerResponse, (signal) => records.read(repository, ids, signal))
    return new Response(null, RESPONSE_ALREADY_SENT)
  })
  return routes
}

function packIdOf(c: AppContext): PackId {
  try {
    return parsePackId(c.req.param('packId') ?? '')
  } catch {
    throw new Problem('HF-VALIDATION', { detail: 'A pack is named by 64 lower-case hex digits.' })
  }
}

function kindOf(c: AppContext): PackKind {
  const kind = c.req.query('kind')
  if (kind === 'data' || kind === 'tree') return kind
  throw new Problem('HF-VALIDATION', { detail: 'kind is data or tree.' })
}

function incomingOf(c: AppContext): Readable {
  const { incoming } = c.env
  if (incoming === undefined) throw new Error('packs are only taken over a socket')
  return incoming as unknown as Readable
}

/** Writes at the reader's pace. A reader that goes away ends the reading of the disk; an error after the first byte cuts the connection. */
async function sendRecords(
  outgoing: ServerResponse,
  read: (signal: AbortSignal) => AsyncIterable<readonly Buffer[]>,
): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => gone.abort())
  let hasBegun = false
  try {
    for await (const batch of read(gone.signal)) {
      if (!hasBegun) outgoing.writeHead(200, { 'content-type': 'application/octet-stream' })
      hasBegun = true
      await writeAll(outgoing, batch, gone.signal)
    }
    if (!hasBegun) outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 0 })
    outgoing.end()
  } catch (error) {
    if (gone.signal.aborted) return
    if (!hasBegun) throw error
    outgoing.destroy(error instanceof Error ? error : undefined)
    throw error
  }
}

/** Resolves when the bytes have left for the socket: only then may their buffer be used again. */
function writeAll(outgoing: ServerResponse, batch: readonly Buffer[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => reject(new Error('the reader went away'))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  outgoing.cork()
  const last = batch.length - 1
  for (const [index, bytes] of batch.entries()) {
    if (index < last) outgoing.write(bytes)
    else outgoing.write(bytes, (error) => (error ? reject(error) : resolve()))
  }
  outgoing.uncork()
  return promise.finally(() => signal.removeEventListener('abort', stop))
}
