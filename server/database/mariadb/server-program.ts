import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { DatabaseError } from '../database-error.ts'
import places from './server-program-places.json' with { type: 'json' }

const run = promisify(execFile)
const answerTimeoutMs = 20_000

export type ServerProgram = {
  readonly path: string
  readonly flavour: 'mariadb' | 'mysql'
  readonly version: string
}

/** The first MariaDB or MySQL server program on the search path (`PATH`) or where systems usually keep it. */
export async function getServerProgram(searchPath: string): Promise<ServerProgram> {
  const path = await findServerProgramPath(searchPath)
  if (path === undefined) {
    throw new DatabaseError('no-server-program', 'there is no MariaDB or MySQL server program on this machine', {
      hint: 'Install mariadb-server-core (Debian, Ubuntu) or mariadb-server, or name a server in HOLDFAST_DATABASE_URL.',
    })
  }
  return describeServerProgram(path)
}

async function findServerProgramPath(searchPath: string): Promise<string | undefined> {
  const folders = [...searchPath.split(delimiter).filter((folder) => folder.startsWith('/')), ...places.folders]
  for (const program of places.programs) {
    for (const folder of folders) {
      const path = join(folder, program)
      if (await isExecutable(path)) return path
    }
  }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

async function describeServerProgram(path: string): Promise<ServerProgram> {
  const { stdout } = await run(path, ['--no-defaults', '--version'], { timeout: answerTimeoutMs })
  const version = /Ver (\S+)/.exec(stdout)?.[1]
  if (version === undefined) {
    throw new DatabaseError('start-failed', `${path} --version did not answer with a version`, {
      hint: 'Reinstall the database server, or name another one in HOLDFAST_DATABASE_URL.',
    })
  }
  return { path, version, flavour: /mariadb/i.test(stdout) ? 'mariadb' : 'mysql' }
}

/** Where MariaDB keeps the statements that make its own tables; asked of the program, as every system has another place. */
export async function findShareFolder(program: ServerProgram): Promise<string | undefined> {
  const { stdout } = await run(program.path, ['--no-defaults', '--verbose', '--help'], {
    timeout: answerTimeoutMs,
    maxBuffer: 4 * 1024 * 1024,
  })
  const characterSets = /^character-sets-dir\s+(\S.*?)\/?$/m.exec(stdout)?.[1]
  return characterSets === undefined ? undefined : dirname(characterSets)
}
