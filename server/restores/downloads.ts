/** Sends files and archives of versions: a bounded number at once, nothing staged. Who may have them, the routes have asked. */
import type { AppContext } from '../http/app-environment.ts'
import { Problem } from '../http/problem.ts'
import type { Log } from '../runtime/log.ts'
import type { VersionEntry } from '../snapshots/version-reader.ts'
import { archiveBytes } from './archive-bytes.ts'
import type { ArchivePart } from './archive-entries.ts'
import { contentDisposition } from './content-disposition.ts'
import { answerFile } from './file-answer.ts'
import { sendBytes } from './send-bytes.ts'
import { createSlots } from './slots.ts'
import { tarFormat } from './tar/tar-format.ts'
import { zipFormat } from './zip/zip-format.ts'

/** Each holds a few MiB while it runs. */
export const maxDownloadsAtOnce = 24

export const archiveKinds = ['zip', 'tar'] as const
export type ArchiveKind = (typeof archiveKinds)[number]

export interface ArchiveAsked {
  readonly as: ArchiveKind
  readonly parts: readonly ArchivePart[]
  /** Without its ending. */
  readonly name: Uint8Array
  /** Of whoever unpacks it. */
  readonly timeZone: string
}

export interface Downloads {
  /** Whole or in part, as the request's headers ask. `identity` names the bytes for good: version and place. */
  readonly sendFile: (
    c: AppContext,
    file: Extract<VersionEntry, { type: 'file' }> & { readonly identity: string; readonly shownAs?: string },
  ) => Promise<Response>
  readonly sendArchive: (c: AppContext, archive: ArchiveAsked) => Promise<Response>
}

export function createDownloads({ log }: { readonly log: Log }): Downloads {
  const slots = createSlots(maxDownloadsAtOnce)

  const takeSlot = (): Disposable => {
    const slot = slots.take()
    if (slot === undefined)
      throw new Problem('HF-BUSY', {
        detail: `${maxDownloadsAtOnce} downloads are running already.`,
        headers: { 'retry-after': '10' },
      })
    return slot
  }

  return {
    sendFile: async (c, file) => {
      const { status, headers, bytes } = answerFile(fileRequest(c), file)
      if (bytes === undefined || bytes.start === bytes.end || c.req.method === 'HEAD') return c.body(null, status, headers)
      using _slot = takeSlot()
      return await sendBytes(c, { status, headers, body: file.read(bytes), log })
    },
    sendArchive: async (c, { as, parts, name, timeZone }) => {
      const headers = archiveHeaders(as, name)
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      using _slot = takeSlot()
      const body = as === 'zip' ? archiveBytes(parts, zipFormat(timeZone)) : archiveBytes(parts, tarFormat())
      return await sendBytes(c, { status: 200, headers, body, log })
    },
  }
}

function fileRequest(c: AppContext) {
  return { range: c.req.header('range'), ifRange: c.req.header('if-range'), ifNoneMatch: c.req.header('if-none-match') }
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
