// restic to a REST server: rest-server where it is installed, else rclone's.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { folderBytes, isInstalled, measure, resetPeak, usageOf } from '../measure.ts'
import type { Peer, PeerPlace, Step } from './peer.ts'

export function isResticThere(): boolean {
  return isInstalled('restic') && (isInstalled('rest-server') || isInstalled('rclone'))
}

export async function openRestic({ folder, report }: PeerPlace): Promise<Peer> {
  const store = join(folder, 'store')
  mkdirSync(store, { recursive: true })
  const port = await freePort()
  const isRestServer = isInstalled('rest-server')
  const server = isRestServer
    ? spawn('rest-server', ['--no-auth', '--path', store, '--listen', `127.0.0.1:${port}`], { stdio: 'ignore' })
    : spawn('rclone', ['serve', 'restic', '--addr', `127.0.0.1:${port}`, store], { stdio: 'ignore' })
  await listening(port, server)
  const environment = {
    RESTIC_PASSWORD: 'a password of the benchmark',
    RESTIC_REPOSITORY: `rest:http://127.0.0.1:${port}/`,
    RESTIC_CACHE_DIR: join(folder, 'cache'),
  }
  const init = spawnSync('restic', ['init'], { env: { ...process.env, ...environment }, encoding: 'utf8' })
  if (init.status !== 0) throw new Error(`restic init: ${init.stderr}`)
  const version = spawnSync('restic', ['version'], { encoding: 'utf8' }).stdout.split(' ')[1] ?? ''

  const step = async (words: readonly string[]): Promise<Step> => {
    resetPeak(server.pid!)
    const before = usageOf(server.pid!)
    const measured = await measure(['restic', '--quiet', ...words], { cwd: folder, environment, report })
    const after = usageOf(server.pid!)
    return { ...measured, server: { cpuS: after.cpuS - before.cpuS, peakMiB: after.peakMiB, databaseCpuS: 0 } }
  }
  return {
    name: isRestServer ? 'restic, rest-server' : 'restic, rclone',
    version,
    backUp: (source) => step(['backup', source]),
    restore: (_, to) => step(['restore', 'latest', '--target', to]),
    restoreFile: (file, to) => step(['restore', 'latest', '--include', file, '--target', to]),
    check: () => step(['check', '--read-data']),
    storedBytes: () => folderBytes(store),
    async close() {
      server.kill('SIGTERM')
      await once(server, 'close')
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port: number, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' }, () => resolve(true))
      socket.on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (isOpen) return
    await delay(50)
  }
  throw new Error('the REST server for restic did not start')
}
