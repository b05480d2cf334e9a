import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** The program's own source, read as text, with what each file imports. */
export type SourceFile = {
  /** From the top of the project: `server/users/user.ts`. */
  readonly path: string
  /** Without comments. */
  readonly code: string
  readonly imports: readonly Import[]
}

export type Import = {
  /** A path from the top of the project for a relative import, else the package: `kysely`, `node:fs`, `@hono/node-server`. */
  readonly target: string
  readonly kind: 'value' | 'type' | 'lazy'
}

const top = join(import.meta.dirname, '..', '..')

export function readSourceFiles(folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => readSourceFile(join(entry.parentPath, entry.name))),
  )
}

function readSourceFile(file: string): SourceFile {
  const path = relative(top, file).split(sep).join('/')
  const code = withoutComments(readFileSync(file, 'utf8'))
  return { path, code, imports: findImports(path, code) }
}

/** Line and block comments; the two slashes of an address in a string stay. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

const importStatement = /^\s*(?:import|export)\s+(type\s)?(?:(?:[\w$*\s,]|\{[^}]*\})+?\sfrom\s+)?'([^']+)'/gm
const lazyImport = /\bimport\(\s*'([^']+)'\s*\)/g

export function findImports(path: string, code: string): readonly Import[] {
  const statements = [...code.matchAll(importStatement)].map(([, type, target = '']): Import => {
    return { target: resolveTarget(path, target), kind: type === undefined ? 'value' : 'type' }
  })
  const lazy = [...code.matchAll(lazyImport)].map(
    ([, target = '']): Import => ({ target: resolveTarget(path, target), kind: 'lazy' }),
  )
  return [...statements, ...lazy]
}

function resolveTarget(path: string, target: string): string {
  if (target.startsWith('.'))
    return relative(top, resolve(top, dirname(path), target))
      .split(sep)
      .join('/')
  return target
}
