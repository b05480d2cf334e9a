// A folder of a storage as a storage of its own: a second copy keeps many repositories in one place.

import { checkStorageName, type Storage } from './storage.ts'

export function storageBelow(storage: Storage, folder: string): Storage {
  checkStorageName(folder)
  const within = (name: string) => `${folder}/${checkStorageName(name)}`
  return {
    put: async (name, bytes, options) => await storage.put(within(name), bytes, options),
    replace: async (name, bytes, options) => await storage.replace(within(name), bytes, options),
    read: async (name, range) => await storage.read(within(name), range),
    find: async (name) => await storage.find(within(name)),
    async *list(below) {
      for await (const { name, sizeBytes } of storage.list(within(below)))
        yield { name: name.slice(folder.length + 1), sizeBytes }
    },
    remove: async (name) => await storage.remove(within(name)),
  }
}
