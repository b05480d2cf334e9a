import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCommandLine, findProcess } from '../../server/runtime/process-identity.ts'
import { waitUntil } from '../../server/runtime/wait-until.ts'

/** Ends the database server that runs over a data folder, if one does; no other process. */
export async function stopLeftServer(dataFolder: string): Promise<void> {
  const pid = findServerPid(dataFolder)
  if (pid === undefined) return
  process.kill(pid, 'SIGKILL')
  await waitUntil(() => findProcess(pid) === undefined, { withinMs: 10_000, everyMs: 20 })
}

export function findServerPid(dataFolder: string): number | undefined {
  const pidFile = join(dataFolder, 'mysql.pid')
  if (!existsSync(pidFile)) return undefined
  const pid = Number(readFileSync(pidFile, 'utf8').trim())
  return findCommandLine(pid)?.includes(`--datadir=${join(dataFolder, 'mysql')}`) ? pid : undefined
}
