// Restores in a process of its own: for restores that are killed, or run by another user. One JSON argument; prints the result's counts.

import { randomBytes } from 'node:crypto'
import { argv, stdout } from 'node:process'
import { openFileRepository, openLocalStorage, openRepository, type RestoreResult, restore } from '../../engine/index.ts'
import { deviceKey } from './engine-repository.ts'

export interface RestoreProcessArguments {
  readonly repository: string
  readonly root: string
  readonly destination: string
  readonly overwrite: 'never' | 'changed' | 'always'
}

export interface RestoreProcessAnswer extends Pick<RestoreResult, 'files' | 'directories' | 'keptCount' | 'notSetCount'> {
  readonly failed: readonly string[]
  readonly notSet: readonly string[]
}

const given = JSON.parse(argv[2]!) as RestoreProcessArguments
const storage = await openLocalStorage(given.repository)
const { secrets } = await openRepository(storage, { kind: 'device', key: deviceKey })
const result = await restore({
  records: await openFileRepository({ storage, secrets, now: () => Date.now() }),
  ...{ secrets, root: Buffer.from(given.root, 'hex') as never, selection: [], verify: false, randomBytes },
  destination: { kind: 'folder', path: Buffer.from(given.destination), strip: false },
  overwrite: given.overwrite,
})
const { files, directories, keptCount, notSetCount } = result
const failed = result.failed.map(({ path, code }) => `${path} ${code}`)
const notSet = result.notSet.map(({ path, what }) => `${path} ${what}`)
stdout.write(JSON.stringify({ files, directories, keptCount, notSetCount, failed, notSet } satisfies RestoreProcessAnswer))
