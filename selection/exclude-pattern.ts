import { createRequire } from 'node:module'
import type Picomatch from 'picomatch'

/*
 * What a backup leaves out. A pattern without a slash is a name at any depth (`*.tmp`, `node_modules`); with a leading slash or drive a
 * whole path; with other slashes the end of a path (`cache/thumbs`). A slash at the end means folders only. What lies in an excluded
 * folder is excluded with it.
 */

export type ExcludeTest = (path: string, isDirectory: boolean) => boolean

export const excludesPerJobMax = 1_000
const patternMaxLength = 1_024

const require = createRequire(import.meta.url)
let loaded: typeof Picomatch | undefined
/** Loaded when a job has patterns: most have none. */
const picomatch = () => {
  loaded ??= require('picomatch') as typeof Picomatch
  return loaded
}

/** @throws RangeError with a sentence for people */
export function parseExclude(text: string): string {
  if (text.trim() === '') throw new RangeError('an empty pattern excludes nothing')
  if (text.length > patternMaxLength) throw new RangeError(`a pattern has at most ${patternMaxLength} characters`)
  if (text.includes('\0')) throw new RangeError('a pattern cannot hold a NUL character')
  if (text.startsWith('!')) throw new RangeError(`"${text}": a pattern can exclude, and not include again`)
  try {
    picomatch().makeRe(text, { dot: true, strictBrackets: true })
  } catch (error) {
    throw new RangeError(`"${text}" is no pattern: ${(error as Error).message}`)
  }
  return text
}

/** One test for all patterns; `path` is absolute. */
export function excludeTest(patterns: readonly string[], platform: NodeJS.Platform): ExcludeTest {
  if (patterns.length === 0) return () => false
  const isWindows = platform === 'win32'
  const options = { dot: true, nocase: isWindows || platform === 'darwin', strictSlashes: false }
  const everything = patterns.filter((pattern) => !pattern.endsWith('/'))
  const folders = patterns.filter((pattern) => pattern.endsWith('/')).map((pattern) => pattern.replace(/\/+$/, ''))
  const isAnything = matcher(everything, options)
  const isFolder = matcher(folders, options)
  return (path, isDirectory) => {
    const slashed = isWindows ? path.replaceAll('\\', '/') : path
    return isAnything(slashed) || (isDirectory && isFolder(slashed))
  }
}

function matcher(patterns: readonly string[], options: Picomatch.PicomatchOptions): (path: string) => boolean {
  const names = patterns.filter((pattern) => !pattern.includes('/'))
  const paths = patterns.filter((pattern) => pattern.includes('/')).flatMap(wholePaths)
  const isName = names.length === 0 ? undefined : picomatch()(names, options)
  const isPath = paths.length === 0 ? undefined : picomatch()(paths, options)
  return (path) => (isName?.(path.slice(path.lastIndexOf('/') + 1)) || isPath?.(path)) ?? false
}

function wholePaths(pattern: string): readonly string[] {
  return /^(?:\/|[A-Za-z]:\/)/.test(pattern) ? [pattern] : [`/${pattern}`, `/**/${pattern}`, `[A-Za-z]:/**/${pattern}`]
}
