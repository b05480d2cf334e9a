import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Puts a whole new content in a file's place: durable before it is visible, never half of it. For small files. */
export function replaceFileSync(path: string, content: string | Uint8Array, options: { readonly mode: number }): void {
  replace(path, content, { ...options, isDurable: true })
}

/** The same for what may be lost with the power, and costs no wait for the disk. */
export function replaceDisposableFileSync(path: string, content: string, options: { readonly mode: number }): void {
  replace(path, content, { ...options, isDurable: false })
}

function replace(
  path: string,
  content: string | Uint8Array,
  options: { readonly mode: number; readonly isDurable: boolean },
): void {
  const newPath = `${path}.new`
  // A leftover may have another mode, or be a link to elsewhere.
  rmSync(newPath, { force: true })
  const file = openSync(newPath, 'wx', options.mode)
  try {
    writeFileSync(file, content)
    if (options.isDurable) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(newPath, path)
  if (options.isDurable) syncFolder(dirname(path))
}

/** Makes the names in a folder durable. Windows has no such call and needs none. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
