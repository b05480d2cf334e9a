/** Files over the API: searching a customer's computers, and what became of one path. */
import { createRoute, z } from '@hono/zod-openapi'
import { formatNs, namesOf, pathText } from '../catalogue/path-text.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import {
  bytesSchema,
  formatTime,
  idSchema,
  jsonContent,
  problemResponses,
  signedInOnly,
  timeSchema,
} from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readCursor, writeCursor } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { HistoryRow } from './file-history.ts'
import { fileKinds } from './file-kind.ts'
import { findOrders } from './find-in-index.ts'
import type { FileHistoryService } from './history-service.ts'
import { maxNameCharacters, nameMatches } from './name-query.ts'
import { type FoundFile, foundStates, foundTypes } from './search.ts'
import type { FileSearch } from './search-service.ts'

const maxPathCharacters = 16_384
const entryType = z.enum(['file', 'directory', 'symlink', 'hardlink', 'special'])
const versionSchema = z.object({ version: z.string(), receivedAt: timeSchema })
const pathSchema = z.string().openapi({ description: 'Absolute. Bytes that are not UTF-8 are base64 behind a NUL.' })
const changedAtSchema = timeSchema.nullable().openapi({ description: 'Null for times that no calendar here holds.' })

const foundSchema = z
  .object({
    deviceId: z.string(),
    computer: z.string(),
    job: z.string(),
    path: pathSchema,
    type: entryType,
    size: bytesSchema,
    changedAt: changedAtSchema,
    version: z
      .string()
      .openapi({ description: 'The newest version that holds it like this; with `thereBefore`, that of the day.' }),
    versionReceivedAt: timeSchema,
    firstAt: timeSchema,
    lastAt: timeSchema,
    states: z.int().openapi({ description: 'How often it was different. Each state can be had.' }),
    isPresent: z.boolean().openapi({ description: 'In the newest version.' }),
    deletedAt: timeSchema.nullable().openapi({ description: 'When the first version without it came.' }),
  })
  .openapi('FoundFile')

const findQuery = pageQuerySchema.extend({
  name: z.string().max(maxNameCharacters).default(''),
  match: z.enum(nameMatches).default('words').openapi({
    description:
      '`words`: all words, in the name or, but for one of them, in the folders above; a name with `*` or `?` is a pattern. The others take the text as it is.',
  }),
  device: idSchema('dev').optional(),
  job: z.string().max(maxNameCharacters).optional(),
  subscription: idSchema('sub').optional(),
  type: z.enum(foundTypes).optional(),
  kind: z.enum(fileKinds).optional(),
  minSize: z.coerce.number().int().min(0).optional(),
  maxSize: z.coerce.number().int().min(0).optional(),
  changedFrom: z.iso.datetime({ offset: true }).optional(),
  changedBefore: z.iso.datetime({ offset: true }).optional(),
  thereBefore: z.iso.datetime({ offset: true }).optional().openapi({
    description: 'What was there in the newest version of each backup plan before this moment.',
  }),
  state: z.enum(foundStates).optional(),
  order: z.enum(findOrders).default('best').openapi({
    description: '`best`: whole names first, then beginnings, words, parts; of the same kind the last changed first.',
  }),
})

const customerParams = z.object({ customerId: idSchema('cus') })

const findRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers/{customerId}/files',
  tags: ['Files'],
  summary: 'Finds files by name over all computers and versions of a customer',
  ...signedInOnly,
  request: { params: customerParams, query: findQuery },
  responses: {
    200: {
      description: 'A page',
      content: jsonContent(
        pageSchema(foundSchema).extend({
          total: z.int().openapi({ description: 'How many match.' }),
          isExact: z.boolean().openapi({
            description:
              'Otherwise some of `total` may not match after all: what went away and came back, or was different on another day.',
          }),
        }),
      ),
    },
    ...problemResponses,
  },
})

const stateSchema = z.object({
  kind: z.literal('state'),
  type: entryType,
  size: bytesSchema,
  changedAt: changedAtSchema,
  first: versionSchema,
  last: versionSchema,
  versions: z.int().openapi({ description: 'How many versions hold it like this.' }),
})
const gapSchema = z.object({
  kind: z.literal('gap'),
  firstAt: timeSchema.openapi({ description: 'The first version without it.' }),
  lastAt: timeSchema.openapi({ description: 'The last version without it.' }),
  isNow: z.boolean(),
})
const historyRowSchema = z.discriminatedUnion('kind', [stateSchema, gapSchema]).openapi('FileHistoryRow')

const historyRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers/{customerId}/files/history',
  tags: ['Files'],
  summary: 'What became of one path: each state, and when it was not there; newest first',
  description:
    'Of a folder, a state is one of everything in it: versions after each other that hold the same are one. A page looks into thirty versions then, so it may have fewer rows than `limit`.',
  ...signedInOnly,
  request: {
    params: customerParams,
    query: pageQuerySchema.extend({
      device: idSchema('dev').optional().openapi({ description: 'Needed.' }),
      job: z.string().max(maxNameCharacters).default('').openapi({ description: 'Needed.' }),
      path: z.string().max(maxPathCharacters).default('').openapi({ description: 'Needed. Absolute, as searching gives it.' }),
    }),
  },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(historyRowSchema)) }, ...problemResponses },
})

export function searchApiRoutes(options: {
  readonly fileSearch: FileSearch
  readonly fileHistory: FileHistoryService
  readonly devices: Pick<DevicesService, 'find'>
}): App {
  const { fileSearch, fileHistory, devices } = options
  const routes = newRoutes()

  routes.openapi(findRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'files:read', customerId)
    const { cursor, limit, device, subscription, minSize, maxSize, changedFrom, changedBefore, thereBefore, ...query } =
      c.req.valid('query')
    if (device !== undefined && (await devices.find(device))?.customerId !== customerId) throw new Problem('HF-NOT-FOUND')
    const found = await fileSearch.find({
      ...query,
      customerId,
      deviceId: device,
      job: query.job,
      subscriptionId: subscription,
      type: query.type,
      kind: query.kind,
      state: query.state,
      minBytes: minSize,
      maxBytes: maxSize,
      changedFromMs: timeAsked(changedFrom),
      changedBeforeMs: timeAsked(changedBefore),
      thereBeforeMs: timeAsked(thereBefore),
      after: readCursor(cursor),
      limit,
      signal: c.req.raw.signal,
    })
    const nextCursor = found.next === undefined ? null : writeCursor(found.next)
    return c.json({ items: found.items.map(foundBody), nextCursor, total: found.total, isExact: found.isExact }, 200)
  })

  routes.openapi(historyRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'files:read', customerId)
    const { device, job, path, cursor, limit } = c.req.valid('query')
    // Only now: whose customer this is comes before what is wrong with the question.
    const names = namesOf(path)
    if (device === undefined || names.length === 0)
      throw new Problem('HF-VALIDATION', { errors: [{ field: 'query', message: 'device, job and path are needed' }] })
    const [found] = await fileSearch.listJobs({ customerId, deviceId: device, job, subscriptionId: undefined })
    if (found === undefined) throw new Problem('HF-NOT-FOUND')
    const type = await fileHistory.findType(found, names)
    if (type === undefined) throw new Problem('HF-NOT-FOUND')
    const read = fileHistory[type === 'directory' ? 'readFolder' : 'read']
    const history = await read(found, names, { skip: cursorNumber(readCursor(cursor)), limit })
    const nextCursor = history.next === undefined ? null : writeCursor(String(history.next))
    return c.json({ items: history.rows.map(historyBody), nextCursor }, 200)
  })

  return routes
}

function timeAsked(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}

function foundBody(found: FoundFile): z.input<typeof foundSchema> {
  return {
    deviceId: found.deviceId,
    computer: found.computer,
    job: found.job,
    path: pathText(found.path),
    type: found.type,
    size: found.sizeBytes,
    changedAt: formatNs(found.changedAtNs) ?? null,
    version: found.shown.id,
    versionReceivedAt: formatTime(found.shown.receivedAt),
    firstAt: formatTime(found.firstAt),
    lastAt: formatTime(found.lastAt),
    states: found.states,
    isPresent: found.isPresent,
    deletedAt: found.deletedAt === undefined ? null : formatTime(found.deletedAt),
  }
}

function historyBody(row: HistoryRow): z.input<typeof historyRowSchema> {
  if (row.kind === 'gap') return { ...row, firstAt: formatTime(row.firstAt), lastAt: formatTime(row.lastAt) }
  const version = ({ id, receivedAt }: typeof row.first) => ({ version: id, receivedAt: formatTime(receivedAt) })
  return {
    kind: 'state',
    type: row.type,
    size: row.sizeBytes,
    changedAt: formatNs(row.changedAtNs) ?? null,
    first: version(row.first),
    last: version(row.last),
    versions: row.versions,
  }
}
