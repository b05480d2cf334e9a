import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { formatDatabaseUrl } from '../../server/database/database-address.ts'
import { openPrivateMariaDb } from '../../server/database/mariadb/private-mariadb.ts'
import { systemClock } from '../../server/runtime/clock.ts'
import { silentLog } from '../../server/runtime/log.ts'
import { findProcess } from '../../server/runtime/process-identity.ts'
import { makeDatabaseTemplate } from './database-template.ts'
import { stopLeftServer } from './left-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly databaseServerUrl: string
    /** Statements, for a new database. */
    readonly databaseTemplate: string
  }
}

const memoryFolder = '/dev/shm'
const neededMemoryFolderBytes = 3 * 1024 ** 3
const folderPattern = /^holdfast-tests-(\d+)-/

/** One database server for the whole test run, with the settings of a real box; its files in memory where there is room. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = await chooseParentFolder()
  await removeLeftFolders(parent)
  const folder = mkdtempSync(join(parent, `holdfast-tests-${process.pid}-`))
  const server = await openPrivateMariaDb({
    dataFolder: folder,
    searchPath: process.env.PATH ?? '',
    temporaryFolders: [tmpdir()],
    memoryBytes: 1024 ** 3,
    isRoot: process.getuid?.() === 0,
    clock: systemClock,
    log: silentLog,
  })
  project.provide('databaseServerUrl', formatDatabaseUrl(server.address))
  project.provide('databaseTemplate', await makeDatabaseTemplate(server.address, join(import.meta.dirname, '../../migrations')))
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Where a flush to the disk costs nothing: the tests make hundreds of databases. */
async function chooseParentFolder(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder)
    return bavail * bsize >= neededMemoryFolderBytes ? memoryFolder : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** What a killed test run left: its server still runs. */
async function removeLeftFolders(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = folderPattern.exec(name)?.[1]
    if (owner === undefined || findProcess(Number(owner)) !== undefined) continue
    await stopLeftServer(join(parent, name))
    rmSync(join(parent, name), { recursive: true, force: true })
  }
}
