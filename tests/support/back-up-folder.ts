import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type BackupResult, backUp } from '../../engine/index.ts'
import type { TestComputer } from './upload-box.ts'

/** Backs a folder up to the box, as the agent does. The cache lies beside the folder. */
export function backUpFolder(
  computer: Pick<TestComputer, 'target' | 'secrets' | 'device'>,
  folder: string,
  options: { readonly job?: string } = {},
): Promise<BackupResult> {
  const job = options.job ?? 'documents'
  return backUp({
    target: computer.target,
    secrets: computer.secrets,
    device: computer.device,
    job,
    sources: [Buffer.from(folder)],
    excludes: [],
    isExcluded: () => false,
    cacheFile: join(folder, '..', `${job}-${computer.device}.cache`),
    compression: 'default',
    host: 'xray-pc',
    platform: 'linux',
    agentVersion: '0.1.0',
    tags: [],
    now: Date.now,
    randomBytes,
    threads: 1,
  })
}
