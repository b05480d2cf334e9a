import { closeSync, existsSync, fsyncSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Caller, type Given, UsageError } from './command.ts'

const maxSecretBytes = 4096

/** The files of whoever called, by paths relative to where they are. */
export function callerFor(given: Given, dataFolder: string): Caller {
  return {
    given,
    dataFolder,
    readSecretFile: async (path) => {
      const secret = (path === '-' ? await text(process.stdin) : read(path)).replace(/\r?\n$/, '')
      if (secret === '') throw new UsageError(`${path === '-' ? 'standard input' : path} is empty.`)
      if (Buffer.byteLength(secret) > maxSecretBytes) throw new UsageError(`${path} holds more than ${maxSecretBytes} bytes.`)
      return secret
    },
    checkNewSecretFile: (path) => {
      if (existsSync(newTarget(path, dataFolder))) throw new UsageError(`${path} exists already.`)
    },
    writeSecretFile: async (path, content) => writeNew(newTarget(path, dataFolder), content),
  }
}

/** With links resolved, and outside the data folder. */
function newTarget(path: string, dataFolder: string): string {
  const real = realTarget(path)
  if (isInside(dataFolder, real))
    throw new UsageError(`${path} is inside the data folder; what is lost with the box opens nothing.`)
  return real
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${path} cannot be read (${codeOf(error)}).`)
  }
}

/** With links resolved: a link must not lead into the data folder. */
function realTarget(path: string): string {
  try {
    return join(realpathSync(dirname(resolve(path))), basename(path))
  } catch (error) {
    throw new UsageError(`The folder of ${path} cannot be entered (${codeOf(error)}).`)
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(safeRealpath(folder), path)
  return way !== '..' && !way.startsWith('../') && !way.startsWith('..\\')
}

function safeRealpath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

function writeNew(path: string, content: string | Uint8Array): void {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    throw new UsageError(`${path} cannot be made (${codeOf(error)}).`)
  }
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
