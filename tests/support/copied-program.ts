import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

const program = join(import.meta.dirname, '..', '..')
const leftOut = ['.cache', '.git', 'coverage', 'data', 'node_modules', 'tests']

/** The program in another place, as a clone would be; with the packages of this one unless told otherwise. */
export function copiedProgram(options: { readonly name?: string; readonly withPackages?: boolean } = {}) {
  const folder = temporaryFolder()
  const path = join(folder.path, options.name ?? 'a clone of Holdfast')
  mkdirSync(path, { recursive: true })
  for (const name of readdirSync(program).filter((name) => !leftOut.includes(name))) {
    cpSync(join(program, name), join(path, name), { recursive: true })
  }
  if (options.withPackages ?? true) symlinkSync(packagesFolder, join(path, 'node_modules'))
  return { path, folder: folder.path, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

export const packagesFolder = join(program, 'node_modules')
