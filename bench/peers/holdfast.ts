// Holdfast as its users have it: a serving process with its own database, fsync on, and the agent's program, over loopback.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderBytes, measure, resetPeak, usageOf } from '../measure.ts'
import { agentProgram, openRealBox, serverProgram, setUpRealBox } from '../real-box.ts'
import { fillWithChunks } from './fill-with-chunks.ts'
import type { Peer, PeerPlace, Step } from './peer.ts'

export interface HoldfastOptions extends PeerPlace {
  readonly name: string
  readonly isTls: boolean
  /** Chunks that the repository already holds, as rows; 0 for none. */
  readonly chunksHeld: number
}

export async function openHoldfast(options: HoldfastOptions): Promise<Peer> {
  const { folder, report } = options
  const box = await openRealBox(folder, options)
  const { data, environment, pid } = box
  setUpRealBox(box, folder)
  if (options.chunksHeld > 0) await fillWithChunks(join(data, 'mysql.sock'), options.chunksHeld)

  const step = async (program: string, words: readonly string[]): Promise<Step> => {
    resetPeak(pid)
    const before = { server: usageOf(pid), database: databaseCpu(data) }
    const measured = await measure([program, ...words], { cwd: folder, environment, report })
    const after = usageOf(pid)
    const usage = {
      cpuS: after.cpuS - before.server.cpuS,
      peakMiB: after.peakMiB,
      databaseCpuS: databaseCpu(data) - before.database,
    }
    return { ...measured, server: usage }
  }
  const jobs = new Set<string>()
  return {
    name: options.name,
    version: (JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }).version,
    backUp(source) {
      if (!jobs.has(source)) box.runAgent('add', source)
      jobs.add(source)
      return step(agentProgram, ['backup'])
    },
    restore: (source, to) => step(agentProgram, ['restore', 'latest', source, '--to', to]),
    restoreFile: (file, to) => step(agentProgram, ['restore', 'latest', file, '--to', to]),
    // the chunks of an old box are rows without files: a check would rightly call them missing
    ...(options.chunksHeld > 0 ? {} : { check: () => step(serverProgram, ['check', '--data']) }),
    storedBytes: () => repositoriesBytes(join(data, 'repositories')),
    close: box.stop,
  }
}

/** What is beside the repositories (the disk's reserve, its number) is no backup. */
function repositoriesBytes(folder: string): number {
  const uids = readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name))
  return uids.reduce((sum, uid) => sum + folderBytes(join(folder, uid)), 0)
}

function databaseCpu(data: string): number {
  return usageOf(Number(readFileSync(join(data, 'mysql.pid'), 'utf8'))).cpuS
}
