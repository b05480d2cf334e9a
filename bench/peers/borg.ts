// Borg into a folder on the same disk: no server, no network in between.

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { folderBytes, isInstalled, measure } from '../measure.ts'
import { noServer, type Peer, type PeerPlace, type Step } from './peer.ts'

export function isBorgThere(): boolean {
  return isInstalled('borg')
}

export async function openBorg({ folder, report }: PeerPlace): Promise<Peer> {
  mkdirSync(folder, { recursive: true })
  const repository = join(folder, 'repository')
  const environment = {
    BORG_PASSPHRASE: 'a password of the benchmark',
    BORG_REPO: repository,
    BORG_BASE_DIR: join(folder, 'base'),
    BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
  }
  const init = spawnSync('borg', ['init', '--encryption', 'repokey'], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
  if (init.status !== 0) throw new Error(`borg init: ${init.stderr}`)
  let archive = 0
  const step = async (words: readonly string[], cwd = folder): Promise<Step> => ({
    ...(await measure(['borg', ...words], { cwd, environment, report, okCodes: [0, 1] })),
    server: noServer,
  })
  const inside = (path: string) => path.replace(/^\//, '')
  return {
    name: 'Borg, local folder',
    version: spawnSync('borg', ['--version'], { encoding: 'utf8' }).stdout.trim().split(' ')[1] ?? '',
    backUp: (source) => step(['create', '--compression', 'zstd,3', `::a${++archive}`, source]),
    restore(_, to) {
      mkdirSync(to, { recursive: true })
      return step(['extract', `::a${archive}`], to)
    },
    restoreFile(file, to) {
      mkdirSync(to, { recursive: true })
      return step(['extract', `::a${archive}`, inside(file)], to)
    },
    check: () => step(['check', '--verify-data']),
    storedBytes: () => folderBytes(repository),
    close: async () => undefined,
  }
}
