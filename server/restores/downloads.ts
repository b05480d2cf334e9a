/** Sends files and archives of versions: a bounded number at once, nothing staged. Who may have them, the routes have asked. */
import type { Reader } from '../../views/reader.ts'
import type { AppContext } from '../http/app-environment.ts'
import type { Log } from '../runtime/log.ts'
import type { VersionEntry } from '../snapshots/version-reader.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { archiveBytes } from './archive-bytes.ts'
import type { ArchivePart } from './archive-entries.ts'
import { contentDisposition } from './content-disposition.ts'
import { countedAtFirst } from './counted-body.ts'
import { answerFile, type FileRequest } from './file-answer.ts'
import { type Pace, sendBytes } from './send-bytes.ts'
import { tarFormat } from './tar/tar-format.ts'
import { zipFormat } from './zip/zip-format.ts'

export const archiveKinds = ['zip', 'tar'] as const
export type ArchiveKind = (typeof archiveKinds)[number]

export interface ArchiveAsked {
  readonly as: ArchiveKind
  readonly parts: readonly ArchivePart[]
  /** Without its ending. */
  readonly name: Uint8Array
  /** Whoever unpacks it. */
  readonly reader: Pick<Reader, 'timeZone' | 'nowMs'>
}

export interface Downloads {
  /** Whole or in part, as the request's headers ask. `identity` names the bytes for good: version and place. */
  readonly sendFile: (
    c: AppContext,
    file: Extract<VersionEntry, { type: 'file' }> & { readonly identity: string; readonly shownAs?: string },
  ) => Promise<Response>
  readonly sendArchive: (c: AppContext, archive: ArchiveAsked) => Promise<Response>
}

export interface DownloadsOptions {
  readonly log: Log
  /** A slot for who asks, held while bytes go out; or how they are answered instead. Not asked where no bytes would go. */
  readonly admit: (c: AppContext) => Disposable | Response | Promise<Response>
  readonly traffic: Traffic
  /** In the place of what fits the account's own people. */
  readonly cacheControl?: string
  /** What whoever reads takes at least; undefined: they may take their time. */
  readonly pace?: Pace
  /** When the first bytes are there, and before they are sent; `start` is their place in the file. What it throws comes in their stead. */
  readonly onFirstBytes?: (start: number) => Promise<void>
}

export function createDownloads(options: DownloadsOptions): Downloads {
  const { log, admit, traffic, cacheControl, pace, onFirstBytes = async () => {} } = options
  const ofCache = cacheControl === undefined ? {} : { 'cache-control': cacheControl }

  const admitted = async (c: AppContext, send: () => Promise<Response>): Promise<Response> => {
    const slot = await admit(c)
    if (slot instanceof Response) return slot
    using _slot = slot
    const end = traffic.begin()
    try {
      return await send()
    } finally {
      end()
    }
  }

  return {
    sendFile: async (c, file) => {
      const answer = answerFile(fileRequest(c), file)
      const { status, bytes } = answer
      const headers = { ...answer.headers, ...ofCache }
      if (bytes === undefined || c.req.method === 'HEAD') return c.body(null, status, headers)
      const counted = () => onFirstBytes(bytes.start)
      return admitted(c, async () => {
        if (bytes.start < bytes.end)
          return sendBytes(c, { status, headers, body: countedAtFirst(file.read(bytes), counted), pace, log })
        await counted()
        return c.body(null, status, headers)
      })
    },
    sendArchive: async (c, { as, parts, name, reader }) => {
      const headers = { ...archiveHeaders(as, name), ...ofCache }
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      const { timeZone, nowMs } = reader
      return admitted(c, () => {
        const bytes = as === 'zip' ? archiveBytes(parts, zipFormat(timeZone), nowMs) : archiveBytes(parts, tarFormat(), nowMs)
        return sendBytes(c, { status: 200, headers, body: countedAtFirst(bytes, () => onFirstBytes(0)), pace, log })
      })
    },
  }
}

/** Of ranges the RFC (9110, 14.2) knows only for GET. */
function fileRequest(c: AppContext): FileRequest {
  const range = c.req.method === 'GET' ? c.req.header('range') : undefined
  return { range, ifRange: c.req.header('if-range'), ifNoneMatch: c.req.header('if-none-match') }
}

const archiveTypes = { zip: 'application/zip', tar: 'application/x-tar' } as const

/** How long it will be nobody has counted: it ends when it is whole, and a connection that breaks before says so. */
function archiveHeaders(as: ArchiveKind, name: Uint8Array): Record<string, string> {
  return {
    'content-type': archiveTypes[as],
    'content-disposition': contentDisposition(name, `.${as}`),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; sandbox",
  }
}
