// A storage that lives as long as the process: for tests and for trying things out. It keeps copies, as a disk does.

import { StorageError } from '../model/errors.ts'
import { checkStorageName, type PutOptions, pieceMaxBytes, type Storage, type StoredFile } from './storage.ts'

export function memoryStorage(): Storage {
  const files = new Map<string, Buffer>()

  return {
    async put(name, bytes, options) {
      checkStorageName(name)
      await askForPieces(bytes, options)
      const there = files.get(name)
      if (there && !there.equals(bytes)) throw new StorageError('exists-different', `${name} is there with other bytes`)
      files.set(name, Buffer.from(bytes))
    },
    async replace(name, bytes, options) {
      checkStorageName(name)
      await askForPieces(bytes, options)
      files.set(name, Buffer.from(bytes))
    },
    async read(name, range) {
      const bytes = files.get(checkStorageName(name))
      if (!bytes) throw new StorageError('absent', `${name} is not there`)
      return Buffer.from(range ? bytes.subarray(range.start, range.start + range.length) : bytes)
    },
    async find(name) {
      return files.get(checkStorageName(name))?.length
    },
    async *list(folder): AsyncIterable<StoredFile> {
      const prefix = `${checkStorageName(folder)}/`
      const names = [...files.keys()].filter((name) => name.startsWith(prefix)).sort()
      for (const name of names) {
        const sizeBytes = files.get(name)?.length
        if (sizeBytes !== undefined) yield { name, sizeBytes }
      }
    },
    async remove(name) {
      files.delete(checkStorageName(name))
    },
  }
}

async function askForPieces(bytes: Uint8Array, { beforePiece }: PutOptions = {}): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceMaxBytes) await beforePiece?.(Math.min(pieceMaxBytes, bytes.length - at))
}
