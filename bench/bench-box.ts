/** Where a box of a bench lives: a folder that may be kept, and a database server of its own with what the box needs to know of it. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { formatDatabaseUrl } from '../server/database/database-address.ts'
import { openPrivateMariaDb } from '../server/database/mariadb/private-mariadb.ts'
import { systemClock } from '../server/runtime/clock.ts'
import { silentLog } from '../server/runtime/log.ts'

/** `kept`: as `--box` names it; without one, a folder that goes at the end. */
export function openBenchFolder({ kept, name }: { readonly kept: string | undefined; readonly name: string }): string {
  if (kept === undefined) return mkdtempSync(join(tmpdir(), `holdfast-${name}-`))
  mkdirSync(kept, { recursive: true })
  return resolve(kept)
}

export async function openBenchDatabase(folder: string) {
  const server = await openPrivateMariaDb({
    dataFolder: folder,
    searchPath: process.env.PATH ?? '',
    temporaryFolders: [tmpdir()],
    memoryBytes: totalmem(),
    isRoot: process.getuid?.() === 0,
    clock: systemClock,
    log: silentLog,
  })
  const environment = {
    ...process.env,
    HOLDFAST_DATA: join(folder, 'data'),
    HOLDFAST_PORT: '0',
    HOLDFAST_TLS: 'off',
    HOLDFAST_DATABASE_URL: formatDatabaseUrl(server.address),
  }
  return { server, environment }
}
